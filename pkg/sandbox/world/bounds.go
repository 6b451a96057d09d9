package world

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/fgctl/fgctl/pkg/sandbox/fault"
)

// What is read of a world or of faults is bounded, because the YAML library compares every key of a mapping with
// every other and reports every pair that is equal.

// MaxBytes is the greatest size of a world file.
const MaxBytes = 4 << 20

const (
	// maxKeys is how many keys a mapping can have; no resource has so many tags or labels.
	maxKeys = 200
	// maxNodes is how many keys, values and items a document can have, with those that aliases repeat.
	maxNodes = 1 << 20
	// maxReported is how many faults of one kind are reported one by one.
	maxReported = 100
)

// tooMuch finds what the YAML library would take too long for. What is no YAML is left to the library.
func tooMuch(data []byte) []Problem {
	if len(data) > MaxBytes {
		return []Problem{{Message: fmt.Sprintf("it is larger than %d MiB", MaxBytes>>20)}}
	}
	var root yaml.Node
	if yaml.Unmarshal(data, &root) != nil {
		return nil
	}
	var faults []Problem
	nodes := 0
	for todo := []*yaml.Node{&root}; len(todo) > 0 && len(faults) < maxReported; {
		node := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if nodes++; nodes > maxNodes {
			text := fmt.Sprintf("there are more than %d keys, values and items, with what aliases repeat", maxNodes)
			return append(faults, Problem{Message: text})
		}
		if node.Kind == yaml.AliasNode && node.Alias != nil {
			todo = append(todo, node.Alias)
		}
		if node.Kind == yaml.MappingNode {
			faults = append(faults, badKeys(node)...)
		}
		todo = append(todo, node.Content...)
	}
	return faults
}

// badKeys finds too many keys in a mapping, and those that are there twice.
func badKeys(mapping *yaml.Node) []Problem {
	if n := len(mapping.Content) / 2; n > maxKeys {
		text := fmt.Sprintf("a mapping has %d keys; it can have at most %d", n, maxKeys)
		return []Problem{{Line: mapping.Line, Message: text}}
	}
	var faults []Problem
	type key struct {
		kind  yaml.Kind
		value string
	}
	first := map[key]int{}
	for i := 0; i < len(mapping.Content); i += 2 {
		node := mapping.Content[i]
		k := key{node.Kind, node.Value}
		if line, twice := first[k]; twice {
			text := fmt.Sprintf("mapping key %q already defined at line %d", node.Value, line)
			faults = append(faults, Problem{Line: node.Line, Message: text})
			continue
		}
		first[k] = node.Line
	}
	return faults
}

// strict returns a decoder that refuses unknown keys.
func strict(data []byte) *yaml.Decoder {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	return decoder
}

// ParseFaults reads a YAML list of faults, strictly. The error is a *Error.
func ParseFaults(data []byte) ([]fault.Fault, error) {
	if faults := tooMuch(data); len(faults) > 0 {
		return nil, &Error{Faults: faults}
	}
	var faults []fault.Fault
	if err := strict(data).Decode(&faults); err != nil && !errors.Is(err, io.EOF) {
		return nil, &Error{Faults: yamlFaults(err)}
	}
	return faults, nil
}
