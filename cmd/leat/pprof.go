package main

import (
	"context"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// loopback tells whether only this machine reaches an address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// serveProfiles answers go tool pprof until ctx ends. Profiles tell what the
// program does with whose data, and taking them costs: that is why it is off unless
// asked for, and asked for by a setting of its own.
func serveProfiles(ctx context.Context, l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	web := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	ended := context.AfterFunc(ctx, func() { web.Close() })
	defer ended()
	if err := web.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}
