// Command shop serves a catalogue and takes orders.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/team/shop/internal/catalogue"
	"example.com/team/shop/internal/release"
	"example.com/team/shop/internal/web"
)

// version is set when it is built: -ldflags "-X main.version=…".
var version = "dev"

const defaultPort = "8080"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "health" {
		os.Exit(health())
	}
	log := logger()
	if err := run(log); err != nil {
		log.Error("the shop failed", "error", err.Error())
		os.Exit(1)
	}
}

func run(log *slog.Logger) error {
	kind, err := release.Parse(os.Getenv("SHOP_RELEASE"))
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()

	switch kind {
	case release.Crash:
		time.Sleep(300 * time.Millisecond)
		return errors.New("the price list can't be read: unexpected end of JSON input")
	case release.NeverReady:
		log.Info("waiting for the stock system")
		<-ctx.Done()
		return nil
	}

	listener, err := net.Listen("tcp", ":"+setting("APP_PORT", defaultPort))
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	start, err := time.ParseDuration(setting("SHOP_START", "5s"))
	if err != nil {
		return fmt.Errorf("SHOP_START: %w", err)
	}
	options := web.Options{
		Log: log, Version: version, Release: kind, Start: start,
		Deployment: setting("FAIRLEAD_RELEASE", version),
	}
	server := &http.Server{
		Handler:           web.Handler(catalogue.New(), options),
		ReadHeaderTimeout: 5 * time.Second,
	}
	log.Info("listening", "address", listener.Addr().String(), "version", version, "release", string(kind))

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	// Answers under way are finished; who connects from now on is refused.
	log.Info("stopping")
	ending, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		return fmt.Errorf("stopping: %w", err)
	}
	log.Info("stopped")
	return nil
}

// health asks the shop that runs beside it, for images that have no other program to ask with.
func health() int {
	client := http.Client{Timeout: 2 * time.Second}
	answer, err := client.Get("http://127.0.0.1:" + setting("APP_PORT", defaultPort) + "/healthz")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		fmt.Fprintln(os.Stderr, "the shop says", answer.Status)
		return 1
	}
	return 0
}

func logger() *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(setting("LOG_LEVEL", "info"))); err != nil {
		level = slog.LevelInfo
	}
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: level}))
	if environment := os.Getenv("ENVIRONMENT"); environment != "" {
		log = log.With("environment", environment)
	}
	return log
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
