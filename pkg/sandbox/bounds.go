package sandbox

// What the sandbox reads of a world or of faults is bounded, because the YAML library compares every key
// of a mapping with every other and reports every pair that is equal.

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// MaxWorldBytes is the greatest size of a world file.
const MaxWorldBytes = 4 << 20

const (
	// maxRules is how many faults there can be at once: every request asks each of them.
	maxRules = 1000
	// maxKeys is how many keys a mapping can have; no resource has so many tags or labels.
	maxKeys = 200
	// maxNodes is how many keys, values and items a document can have, with those that aliases repeat.
	maxNodes = 1 << 20
	// maxReported is how many faults of one kind are reported one by one.
	maxReported = 100
)

// tooMuch finds what the YAML library would take too long for. What is no YAML is left to the library.
func tooMuch(data []byte) []WorldFault {
	if len(data) > MaxWorldBytes {
		return []WorldFault{{Message: fmt.Sprintf("it is larger than %d MiB", MaxWorldBytes>>20)}}
	}
	var root yaml.Node
	if yaml.Unmarshal(data, &root) != nil {
		return nil
	}
	var faults []WorldFault
	nodes := 0
	for todo := []*yaml.Node{&root}; len(todo) > 0 && len(faults) < maxReported; {
		node := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if nodes++; nodes > maxNodes {
			return append(faults, WorldFault{Message: fmt.Sprintf("there are more than %d keys, values and items, with what aliases repeat", maxNodes)})
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
func badKeys(mapping *yaml.Node) []WorldFault {
	if n := len(mapping.Content) / 2; n > maxKeys {
		return []WorldFault{{Line: mapping.Line, Message: fmt.Sprintf("a mapping has %d keys; it can have at most %d", n, maxKeys)}}
	}
	var faults []WorldFault
	type key struct {
		kind  yaml.Kind
		value string
	}
	first := map[key]int{}
	for i := 0; i < len(mapping.Content); i += 2 {
		node := mapping.Content[i]
		k := key{node.Kind, node.Value}
		if line, twice := first[k]; twice {
			faults = append(faults, WorldFault{Line: node.Line, Message: fmt.Sprintf("mapping key %q already defined at line %d", node.Value, line)})
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

// parseFaults reads a YAML list of faults, strictly. The error is a *WorldError.
func parseFaults(data []byte) ([]Fault, error) {
	if faults := tooMuch(data); len(faults) > 0 {
		return nil, &WorldError{Faults: faults}
	}
	var faults []Fault
	if err := strict(data).Decode(&faults); err != nil && !errors.Is(err, io.EOF) {
		return nil, &WorldError{Faults: yamlFaults(err)}
	}
	return faults, nil
}
