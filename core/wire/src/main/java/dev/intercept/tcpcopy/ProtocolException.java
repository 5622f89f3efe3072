package dev.intercept.tcpcopy;

/** A client sent what no tcpcopy sends; its tunnel is to be closed. The message names the bytes, the likely cause and the next step. */
public final class ProtocolException extends Exception {

    private static final long serialVersionUID = 1L;

    public ProtocolException(String message) {
        super(message);
    }
}
