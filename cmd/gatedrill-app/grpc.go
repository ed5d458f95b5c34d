package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// maxMessage bounds what one gRPC or WebSocket message may hold, in bytes.
const maxMessage = 1 << 20

func isGRPC(r *http.Request) bool {
	return r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc")
}

// answerGRPC speaks just enough gRPC for probes of routes and retries: a
// health check says SERVING, any other unary call gets its own message back.
// See https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.
func answerGRPC(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status, Grpc-Message")
	message, err := io.ReadAll(io.LimitReader(r.Body, maxMessage))
	if err != nil {
		w.Header().Set("Grpc-Status", "13") // INTERNAL
		w.Header().Set("Grpc-Message", "message cut short")
		return
	}
	if r.URL.Path == "/grpc.health.v1.Health/Check" {
		// Frame: not compressed, 2 bytes; message: field 1 (status) = SERVING.
		message = []byte{0, 0, 0, 0, 2, 0x08, 0x01}
	}
	w.WriteHeader(http.StatusOK)
	if _, err := io.Copy(w, bytes.NewReader(message)); err != nil {
		return
	}
	w.Header().Set("Grpc-Status", "0")
}
