package catalogue

import (
	"errors"
	"testing"
)

func TestOrder(t *testing.T) {
	tests := []struct {
		product string
		count   int
		cents   int
		err     error
	}{
		{product: "anchor", count: 1, cents: 8900},
		{product: "shackle", count: 100, cents: 64000},
		{product: "shackle", count: 0, err: ErrCount},
		{product: "shackle", count: 101, err: ErrCount},
		{product: "sextant", count: 1, err: ErrUnknown},
	}
	c := New()
	for _, test := range tests {
		order, err := c.Order(test.product, test.count)
		if !errors.Is(err, test.err) || order.Cents != test.cents {
			t.Errorf("Order(%q, %d) = %+v, %v; want %d cents, %v", test.product, test.count, order, err, test.cents, test.err)
		}
	}
}

func TestOrderNumbers(t *testing.T) {
	c := New()
	for want := 1; want <= 3; want++ {
		order, err := c.Order("block", 1)
		if err != nil || order.Number != want {
			t.Fatalf("order %d has number %d, error %v", want, order.Number, err)
		}
	}
}
