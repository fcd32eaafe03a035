// A goroutine for each connection, each with a receive buffer of 64 KiB. Prints its version and "port N", and ends with its
// standard input.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"runtime"
)

const bufferBytes = 64 * 1024

func echo(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, bufferBytes)
	for {
		count, err := connection.Read(buffer) // TCP_NODELAY is Go's default
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:count]); err != nil {
			return
		}
	}
}

func main() {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("version %s\nport %d\n", runtime.Version(), listener.Addr().(*net.TCPAddr).Port)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go echo(connection)
	}
}
