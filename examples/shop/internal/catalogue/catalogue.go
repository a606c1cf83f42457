// Package catalogue holds what the shop sells and what was ordered.
package catalogue

import (
	"errors"
	"fmt"
	"sync"
)

// A Product is something that can be ordered.
type Product struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Cents int    `json:"cents"`
}

// An Order is a number of one product.
type Order struct {
	Number  int    `json:"number"`
	Product string `json:"product"`
	Count   int    `json:"count"`
	Cents   int    `json:"cents"`
}

// ErrUnknown is the error for a product that the shop does not sell.
var ErrUnknown = errors.New("no such product")

// ErrCount is the error for a number that can't be ordered.
var ErrCount = errors.New("between 1 and 100 can be ordered")

// A Catalogue may be used by several goroutines.
type Catalogue struct {
	products []Product
	mu       sync.Mutex
	orders   int
}

// New returns the shop's catalogue.
func New() *Catalogue {
	return &Catalogue{products: []Product{
		{ID: "anchor", Name: "Anchor, 12 kg", Cents: 8900},
		{ID: "block", Name: "Block with becket", Cents: 2450},
		{ID: "fairlead", Name: "Fairlead, bronze", Cents: 1790},
		{ID: "shackle", Name: "Bow shackle, 8 mm", Cents: 640},
	}}
}

// Products returns all products, by name of their id.
func (c *Catalogue) Products() []Product {
	return c.products
}

// Product returns one product.
func (c *Catalogue) Product(id string) (Product, error) {
	for _, product := range c.products {
		if product.ID == id {
			return product, nil
		}
	}
	return Product{}, fmt.Errorf("%q: %w", id, ErrUnknown)
}

// Order takes an order.
func (c *Catalogue) Order(id string, count int) (Order, error) {
	product, err := c.Product(id)
	if err != nil {
		return Order{}, err
	}
	if count < 1 || count > 100 {
		return Order{}, ErrCount
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.orders++
	return Order{Number: c.orders, Product: id, Count: count, Cents: count * product.Cents}, nil
}
