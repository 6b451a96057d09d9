// Package podinput reads the pods that a command is given as files: which they are, what of the input was not judged,
// and what they cost. Start reading at Judge.
package podinput
