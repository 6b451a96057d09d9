// Package env is what a command of fgctl runs in: the streams, the clock, the values of the global flags and where
// they come from, the AWS client, files and standard input, questions to the user, the command lines that messages
// print, and the exit codes. What several commands share besides stands below it: profiles in declared, pods in
// podinput, clusters in fleet, kubectl in kubernetes. Start reading at Env.
package env
