// Package output is how fgctl speaks: the three streams and what is known of the terminal behind them,
// tables, JSON and YAML, the checklist of the pre-flight, and the progress of long waits.
//
// Results go to Streams.Out, everything else to Streams.Err; nothing else in fgctl writes to os.Stdout
// or os.Stderr. Text that comes from AWS or from a manifest passes Clean before it reaches a terminal.
// The package knows no AWS, no cobra and no rule: callers hand it text. Start reading at Streams.
package output
