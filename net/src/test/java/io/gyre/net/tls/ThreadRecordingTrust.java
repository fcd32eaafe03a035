package io.gyre.net.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.X509TrustManager;

/** Trusts everybody, and records in which thread it is asked. */
final class ThreadRecordingTrust implements X509TrustManager {
    static final List<Thread> THREADS = new CopyOnWriteArrayList<>();

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
        THREADS.add(Thread.currentThread());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
        THREADS.add(Thread.currentThread());
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
