// Package web is the shop over HTTP.
package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/team/shop/internal/catalogue"
	"example.com/team/shop/internal/release"
)

// Options say how the shop answers.
type Options struct {
	Log     *slog.Logger
	Version string
	Release release.Kind
	// Deployment is what the metrics call this release.
	Deployment string
	// Start is how long a slow release takes to become healthy.
	Start time.Duration
}

// Handler answers all of the shop's requests.
func Handler(shop *catalogue.Catalogue, options Options) http.Handler {
	h := &handler{shop: shop, options: options, started: time.Now()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", h.health)
	mux.HandleFunc("GET /version", h.version)
	mux.HandleFunc("GET /metrics", h.metrics)
	mux.HandleFunc("GET /products", h.faulty(h.products))
	mux.HandleFunc("GET /products/{id}", h.faulty(h.product))
	mux.HandleFunc("POST /orders", h.faulty(h.order))
	return h.logged(mux)
}

type handler struct {
	shop    *catalogue.Catalogue
	options Options
	started time.Time
	served  atomic.Int64
	counts  counts
}

func (h *handler) health(w http.ResponseWriter, _ *http.Request) {
	slow := h.options.Release == release.Slow && time.Since(h.started) < h.options.Start
	if slow || h.options.Release == release.Unhealthy {
		fail(w, http.StatusServiceUnavailable, "the stock system does not answer")
		return
	}
	write(w, http.StatusOK, map[string]string{"status": "ok"})
}

func (h *handler) version(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusOK, map[string]string{"version": h.options.Version, "release": string(h.options.Release)})
}

func (h *handler) products(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusOK, h.shop.Products())
}

func (h *handler) product(w http.ResponseWriter, r *http.Request) {
	product, err := h.shop.Product(r.PathValue("id"))
	if err != nil {
		fail(w, http.StatusNotFound, err.Error())
		return
	}
	write(w, http.StatusOK, product)
}

func (h *handler) order(w http.ResponseWriter, r *http.Request) {
	var wanted struct {
		Product string `json:"product"`
		Count   int    `json:"count"`
	}
	body := http.MaxBytesReader(w, r.Body, 4<<10)
	if err := json.NewDecoder(body).Decode(&wanted); err != nil {
		fail(w, http.StatusBadRequest, "an order is {\"product\": …, \"count\": …}")
		return
	}
	order, err := h.shop.Order(wanted.Product, wanted.Count)
	switch {
	case errors.Is(err, catalogue.ErrUnknown):
		fail(w, http.StatusNotFound, err.Error())
	case err != nil:
		fail(w, http.StatusUnprocessableEntity, err.Error())
	default:
		write(w, http.StatusCreated, order)
	}
}

// faulty is where a release with errors loses one request of ten.
func (h *handler) faulty(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if h.served.Add(1)%10 == 0 && h.options.Release == release.Errors {
			fail(w, http.StatusInternalServerError, "the price of a product is missing")
			return
		}
		next(w, r)
	}
}

// logged counts each request and writes a line for it, but for those of health checks and of metrics.
func (h *handler) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		level := slog.LevelInfo
		if r.URL.Path == "/healthz" || r.URL.Path == "/metrics" {
			level = slog.LevelDebug
		} else {
			h.counts.add(recorder.status)
		}
		if recorder.status >= 500 {
			level = slog.LevelError
		}
		h.options.Log.Log(r.Context(), level, "request", "method", r.Method, "path", r.URL.Path,
			"status", recorder.status, "microseconds", time.Since(start).Microseconds())
	})
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// Who has gone away needs no answer.
	_ = json.NewEncoder(w).Encode(body)
}

func fail(w http.ResponseWriter, status int, message string) {
	write(w, status, map[string]string{"error": message})
}
