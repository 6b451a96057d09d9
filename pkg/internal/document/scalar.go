package document

// Scalars that are not text: booleans, whole numbers and quantities.

import (
	"errors"
	"strconv"
	"strings"
)

// AsBool returns a boolean, in all the words of YAML; nil and null are false. Another kind is an error that
// names path.
func AsBool(v Value, path string) (bool, error) {
	if v == nil || v.Kind() == Null {
		return false, nil
	}
	switch v.Kind() {
	case Bool:
		switch v.Text()[0] {
		case 't', 'T', 'y', 'Y':
			return true, nil
		}
		return len(v.Text()) == 2 && v.Text()[1]|0x20 == 'n', nil // on
	case Text:
		if text := v.Text(); text == "true" || text == "false" {
			return false, At(v.Line(), "%s is text (%q), not a boolean; write it without quotes: %s", path, text, text)
		}
	case Null, Number, List, Mapping:
	}
	return false, isNot("a boolean; write true or false", v, path)
}

// AsInt returns a whole number of so many bits; nil and null are 0. Anything else is an error that names path.
func AsInt(v Value, path string, bits int) (int64, error) {
	if v == nil || v.Kind() == Null {
		return 0, nil
	}
	switch v.Kind() {
	case Number:
		// YAML writes whole numbers as Go does.
		n, err := strconv.ParseInt(v.Text(), 0, bits)
		if err == nil {
			return n, nil
		}
		if errors.Is(err, strconv.ErrRange) {
			most := int64(1)<<(bits-1) - 1
			return 0, At(v.Line(), "%s is %s; it must be between %d and %d", path, v.Text(), -most-1, most)
		}
	case Text:
		if n, err := strconv.ParseInt(v.Text(), 10, bits); err == nil {
			return 0, At(v.Line(), "%s is text (%q), not a whole number; write it without quotes: %d",
				path, Shorten(v.Text()), n)
		}
	case Null, Bool, List, Mapping:
	}
	return 0, isNot("a whole number", v, path)
}

// decimal writes a number of YAML as kubectl sends it: 010 and 0x8 are 8, and 1_000.5 is 1000.5.
func decimal(text string) string {
	digits := strings.TrimLeft(text, "+-")
	if !strings.Contains(text, "_") && (len(digits) < 2 || digits[0] != '0' || digits[1] == '.') {
		return text
	}
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return strconv.FormatInt(n, 10)
	}
	return strings.ReplaceAll(text, "_", "")
}

// AsQuantity returns a quantity of a resource (500m, 1Gi, 0.5) as Kubernetes gets it; null is "0", as the
// Kubernetes API reads it. Whether the text is a quantity is not judged. A boolean, a list or a mapping is
// an error that names path.
func AsQuantity(v Value, path string) (string, error) {
	switch v.Kind() {
	case Null:
		return "0", nil
	case Text:
		return v.Text(), nil
	case Number:
		return decimal(v.Text()), nil
	case Bool, List, Mapping:
	}
	return "", isNot("a quantity like 500m or 1Gi", v, path)
}
