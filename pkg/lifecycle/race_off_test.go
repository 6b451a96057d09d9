//go:build !race

package lifecycle

// raceDetector tells whether the tests were built with the race detector.
const raceDetector = false
