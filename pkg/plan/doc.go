// Package plan says, before anything is changed, what a change will do: its steps in their order, and what becomes of
// the pods of the profiles that go. A plan is data; its JSON form is a public contract to which fields may be added.
// Printing a plan for people is the work of the package output.
//
// The package reads nothing from AWS and takes no decision: what has to be done is decided by lifecycle. Start reading
// at Plan, then Delete and Replace.
package plan
