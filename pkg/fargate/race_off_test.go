//go:build !race

package fargate

// raceDetector reports whether the tests were built with the race detector.
const raceDetector = false
