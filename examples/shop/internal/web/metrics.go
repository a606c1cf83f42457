package web

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

// counts are the answers so far, by the first digit of their status.
type counts [6]atomic.Int64

func (c *counts) add(status int) {
	if class := status / 100; class > 0 && class < len(c) {
		c[class].Add(1)
	}
}

// metrics answers in Prometheus' text format. Every class is there from the start: a counter that appears with its first
// count can't be seen to grow.
func (h *handler) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	fmt.Fprint(w, "# HELP shop_requests_total Requests answered.\n# TYPE shop_requests_total counter\n")
	for class := 1; class < len(h.counts); class++ {
		fmt.Fprintf(w, "shop_requests_total{release=%q,code=\"%dxx\"} %d\n", h.options.Deployment, class, h.counts[class].Load())
	}
}
