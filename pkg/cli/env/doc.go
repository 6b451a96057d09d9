// Package env is what a command of fgctl runs in: the streams, the clock, the values of the global flags and where
// they come from, the AWS client, files and standard input, questions to the user, the command lines that messages
// print, the exit codes, and the flags and words that several commands share. Start reading at Env.
package env
