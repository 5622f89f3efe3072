package dev.intercept.selftest;

import java.nio.charset.StandardCharsets;

/**
 * One request of the replay and what the target answers to it.
 *
 * @param id distinct in a run, from 0; the server counts by it
 * @param uploadBytes of the request's body; 0 makes it a GET, else it is a POST
 * @param bodyBytes of the answer's body
 * @param closes whether the server closes the connection after its answer
 */
record HttpExchange(int id, int uploadBytes, int bodyBytes, boolean closes) {

    /** The id of requests that are not part of the replay. */
    static final int PROBE_ID = -1;

    static final String PATH = "/selftest";
    static final String ID = "id";
    static final String BYTES = "bytes";

    /** The request as sent. */
    byte[] request() {
        String head = (uploadBytes == 0 ? "GET " : "POST ") + PATH + "?" + ID + "=" + id + "&" + BYTES + "=" + bodyBytes
                + " HTTP/1.1\r\nHost: target\r\n"
                + (closes ? "Connection: close\r\n" : "")
                + (uploadBytes == 0 ? "" : "Content-Length: " + uploadBytes + "\r\n")
                + "\r\n";
        byte[] headBytes = head.getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[headBytes.length + uploadBytes];
        System.arraycopy(headBytes, 0, request, 0, headBytes.length);
        for (int i = 0; i < uploadBytes; i++) {
            request[headBytes.length + i] = uploadByte(id, i);
        }
        return request;
    }

    /** The byte at {@code position} of the request's body: the server checks that the body arrived as it was sent. */
    static byte uploadByte(int id, int position) {
        return (byte) (id * 31 + position);
    }
}
