//go:build !race

package lifecycle

// raceDetector reports whether the tests were built with the race detector.
const raceDetector = false
