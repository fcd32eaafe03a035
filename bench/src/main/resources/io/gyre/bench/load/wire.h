/*
 * How the bytes of a connection travel: as they are or, compiled with -DTLS, in TLS by OpenSSL.
 *
 * Reads and writes are like the system's: -1 with EAGAIN means later, and a read of 0 bytes is the end.
 *
 * What is spoken is the client's choice alone, so that it is the same with every server: TLS 1.3, one suite, one group, one kind
 * of signature. Who the server is does not matter here; that it has the key to its certificate is verified in any case.
 */
#ifndef WIRE_H
#define WIRE_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef TLS
#include <openssl/err.h>
#include <openssl/ssl.h>

struct wire {
    int fd;
    SSL *ssl;
    SSL_SESSION *session; /* the latest, if sessions are resumed */
};

static SSL_CTX *wire_context;
static bool wire_refused; /* a server has not resumed a session */

static int wire_keep_session(SSL *ssl, SSL_SESSION *session) {
    struct wire *w = SSL_get_app_data(ssl);
    SSL_SESSION_free(w->session);
    w->session = session;
    return 1;
}

static int wire_trust(X509_STORE_CTX *certificates, void *nothing) {
    (void)certificates;
    (void)nothing;
    return 1;
}

/* Returns whether OpenSSL has all that is asked of it. */
static inline bool wire_setup(bool resumes) {
    wire_context = SSL_CTX_new(TLS_client_method());
    if (!wire_context) return false;
    SSL_CTX_set_options(wire_context, SSL_OP_IGNORE_UNEXPECTED_EOF); /* Netty answers the end by closing, without a notice */
    SSL_CTX_set_mode(wire_context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_cert_verify_callback(wire_context, wire_trust, NULL); /* by default it verifies, and ignores the outcome */
    SSL_CTX_set_read_ahead(wire_context, 1); /* otherwise a record costs two reads */
    SSL_CTX_set_session_cache_mode(wire_context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    if (resumes) SSL_CTX_sess_set_new_cb(wire_context, wire_keep_session);
    return SSL_CTX_set_min_proto_version(wire_context, TLS1_3_VERSION)
        && SSL_CTX_set_ciphersuites(wire_context, "TLS_AES_128_GCM_SHA256")
        && SSL_CTX_set1_groups_list(wire_context, "X25519")
        && SSL_CTX_set1_sigalgs_list(wire_context, "ecdsa_secp256r1_sha256");
}

static inline const char *wire_error(void) {
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL; /* none for an error of the system */
    return wire_refused ? "the session was not resumed" : reason ? reason : strerror(errno);
}

/* Takes over a socket that is connected. Returns whether there was memory for it. */
static inline bool wire_open(struct wire *w, int fd) {
    w->fd = fd;
    w->ssl = SSL_new(wire_context);
    if (!w->ssl || !SSL_set_fd(w->ssl, fd)) return false;
    SSL_set_app_data(w->ssl, w);
    SSL_set_connect_state(w->ssl);
    return !w->session || SSL_set_session(w->ssl, w->session);
}

/* Of an operation that has not succeeded: 0 at the end, or -1. */
static inline ssize_t wire_outcome(struct wire *w, int returned) {
    switch (SSL_get_error(w->ssl, returned)) {
        case SSL_ERROR_ZERO_RETURN: return 0;
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: errno = EAGAIN; return -1;
        case SSL_ERROR_SSL: errno = EPROTO; return -1;
        default: return -1;
    }
}

/* Returns 1 when the handshake is complete; what it writes always finds room. */
static inline ssize_t wire_shake_hands(struct wire *w) {
    int returned = SSL_do_handshake(w->ssl);
    if (returned != 1) return wire_outcome(w, returned);
    wire_refused = w->session && !SSL_session_reused(w->ssl);
    if (!wire_refused) return 1;
    errno = EPROTO; /* otherwise it is still EAGAIN, which means later */
    return -1;
}

/* As many whole records as are there, so that a byte that OpenSSL has kept is not waited for; more may be left only if the
   buffer is full. */
static inline ssize_t wire_read(struct wire *w, void *buffer, size_t capacity) {
    size_t total = 0;
    do {
        int count = SSL_read(w->ssl, (char *)buffer + total, (int)(capacity - total));
        if (count <= 0) return total ? (ssize_t)total : wire_outcome(w, count);
        total += (size_t)count;
    } while (total < capacity && SSL_has_pending(w->ssl));
    return (ssize_t)total;
}

static inline ssize_t wire_write(struct wire *w, const void *bytes, size_t length) {
    int count = SSL_write(w->ssl, bytes, (int)length);
    return count > 0 ? count : wire_outcome(w, count);
}

/* Our end of the stream. */
static inline void wire_end(struct wire *w) {
    SSL_shutdown(w->ssl);
    shutdown(w->fd, SHUT_WR);
}

static inline bool wire_is_resumable(const struct wire *w) {
    return w->session;
}

static inline void wire_close(struct wire *w) {
    SSL_set_shutdown(w->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); /* or OpenSSL gives up the session */
    SSL_free(w->ssl);
    close(w->fd);
}

#else

struct wire {
    int fd;
};

static inline bool wire_setup(bool resumes) {
    return !resumes;
}

static inline const char *wire_error(void) {
    return strerror(errno);
}

static inline bool wire_open(struct wire *w, int fd) {
    w->fd = fd;
    return true;
}

static inline ssize_t wire_shake_hands(struct wire *w) {
    (void)w;
    return 1;
}

static inline ssize_t wire_read(struct wire *w, void *buffer, size_t capacity) {
    return read(w->fd, buffer, capacity);
}

static inline ssize_t wire_write(struct wire *w, const void *bytes, size_t length) {
    return write(w->fd, bytes, length);
}

static inline void wire_end(struct wire *w) {
    shutdown(w->fd, SHUT_WR);
}

static inline bool wire_is_resumable(const struct wire *w) {
    (void)w;
    return false;
}

static inline void wire_close(struct wire *w) {
    close(w->fd);
}

#endif
#endif
