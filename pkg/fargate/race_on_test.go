//go:build race

package fargate

// raceDetector tells whether the tests were built with the race detector.
const raceDetector = true
