// Package network holds the rules that decide which subnets Fargate can use: where a subnet's routes
// lead, whether that makes it public, and whether pods in it can reach a registry.
//
// The rules are pure functions on small types of their own. The package must not know AWS's SDK, a
// clock or a context. Start reading at Judge.
package network
