package sandbox

import "slices"

// Served returns all operations that the sandbox knows, as service:Operation, sorted.
func Served() (names []string) {
	for name, s := range services() {
		for operation := range s.operations {
			names = append(names, name+":"+operation)
		}
	}
	slices.Sort(names)
	return names
}
