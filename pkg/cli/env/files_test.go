package env

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"
)

// A read that waits for a person ends with the context.
func TestInterruptibleReadEnds(t *testing.T) {
	in, _ := io.Pipe()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := io.ReadAll(interruptible(ctx, in)); err == nil {
		t.Error("the read ended without an error")
	}
	got, err := io.ReadAll(interruptible(context.Background(), strings.NewReader("some text")))
	if err != nil || string(got) != "some text" {
		t.Errorf("got %q, %v", got, err)
	}
}
