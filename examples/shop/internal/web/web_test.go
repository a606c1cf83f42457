package web

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/team/shop/internal/catalogue"
	"example.com/team/shop/internal/release"
)

func serve(kind release.Kind, start time.Duration) http.Handler {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	return Handler(catalogue.New(), Options{Log: log, Version: "v1", Release: kind, Start: start})
}

func ask(h http.Handler, method, path, body string) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w.Code
}

func TestAnswers(t *testing.T) {
	tests := []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/healthz", "", 200},
		{"GET", "/version", "", 200},
		{"GET", "/products", "", 200},
		{"GET", "/products/anchor", "", 200},
		{"GET", "/products/sextant", "", 404},
		{"POST", "/orders", `{"product":"block","count":2}`, 201},
		{"POST", "/orders", `{"product":"block","count":0}`, 422},
		{"POST", "/orders", `{"product":"sextant","count":1}`, 404},
		{"POST", "/orders", `{`, 400},
		{"GET", "/orders", "", 405},
		{"GET", "/", "", 404},
	}
	h := serve(release.Good, 0)
	for _, test := range tests {
		if status := ask(h, test.method, test.path, test.body); status != test.status {
			t.Errorf("%s %s: status %d, want %d", test.method, test.path, status, test.status)
		}
	}
}

func TestReleases(t *testing.T) {
	tests := []struct {
		kind   release.Kind
		health int
		// failures of 100 requests
		failures int
	}{
		{release.Good, 200, 0},
		{release.Slow, 503, 0},
		{release.Errors, 200, 10},
		{release.Unhealthy, 503, 0},
	}
	for _, test := range tests {
		h := serve(test.kind, time.Hour)
		if status := ask(h, "GET", "/healthz", ""); status != test.health {
			t.Errorf("%s: health %d, want %d", test.kind, status, test.health)
		}
		failures := 0
		for range 100 {
			if ask(h, "GET", "/products", "") >= 500 {
				failures++
			}
		}
		if failures != test.failures {
			t.Errorf("%s: %d failures, want %d", test.kind, failures, test.failures)
		}
	}
}
