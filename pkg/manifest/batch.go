package manifest

// The elements of a long list: a few at a time are read and judged on all cores, and come out in order.

import (
	"runtime"

	"github.com/fgctl/fgctl/pkg/internal/document"
)

const (
	// maxBatch and maxBatchBytes are how many elements are read on one goroutine.
	maxBatch      = 64
	maxBatchBytes = 256 << 10
)

// maxFlights is how many batches are under way before the first of them is waited for.
func maxFlights() int { return 2 * runtime.GOMAXPROCS(0) }

// batch is elements that are read together, and what they turned out to be.
type batch[T any] struct {
	elements []element
	size     int
	found    []found
	judged   [][]T
	done     chan struct{}
}

func (b *batch[T]) add(e element) {
	b.elements = append(b.elements, e)
	b.size += document.Size(e.value)
}

func (b *batch[T]) isFull() bool { return len(b.elements) == maxBatch || b.size >= maxBatchBytes }

// start reads the batch on a goroutine of its own.
func (m *reader[T]) start() {
	if len(m.batch.elements) == 0 {
		return
	}
	b := m.batch
	b.found, b.judged, b.done = make([]found, len(b.elements)), make([][]T, len(b.elements)), make(chan struct{})
	m.batch = batch[T]{}
	m.flights = append(m.flights, &b)
	go func() {
		defer close(b.done)
		for i, e := range b.elements {
			b.found[i] = m.look(e)
			b.judged[i] = m.judgeAll(b.found[i])
		}
	}()
}

// land hands over what was found by all batches but the last few, in order, and returns the faults. With none of them
// left under way the batch that is being filled comes too.
func (m *reader[T]) land(but int) (errs Errors) {
	if but == 0 {
		m.start()
	}
	for len(m.flights) > but && m.stop == nil {
		b := m.flights[0]
		m.flights = m.flights[1:]
		<-b.done
		for i, e := range b.elements {
			f := b.found[i]
			var err error
			switch {
			case f.noKind:
				err = m.hold(e)
			case f.items != nil:
				err = m.object(e, maxLists)
			default:
				err = m.deliver(f, b.judged[i])
			}
			if m.stop != nil {
				return errs
			}
			before := len(errs)
			errs.Add(err)
			for _, fault := range errs[before:] {
				fault.Document = e.number
			}
		}
	}
	return errs
}

// wait waits for what is still under way after reading has ended.
func (m *reader[T]) wait() {
	for _, b := range m.flights {
		<-b.done
	}
}
