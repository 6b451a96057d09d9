// Package cli is the command line of fgctl: one file per command, the settings (flag, environment,
// file, default), and the exit codes. It puts the other packages together and holds no rule of its own:
// a command fills an options struct from its flags and ends in one call.
//
// Start reading at Main, then root.go for what every command shares, settings.go for where a flag's
// value comes from, exit.go for what an error becomes, and any command's file for the pattern.
package cli
