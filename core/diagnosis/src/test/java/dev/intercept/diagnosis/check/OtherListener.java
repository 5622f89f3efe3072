package dev.intercept.diagnosis.check;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;

/** Another process, which listens on a TCP port until it is killed. */
final class OtherListener {

    private OtherListener() {}

    /** In the network namespace of the calling thread. */
    static Process start() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), OtherListener.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Waits until it listens. */
    static int port(Process process) throws IOException {
        return Integer.parseInt(process.inputReader().readLine());
    }

    public static void main(String[] args) throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            System.out.println(socket.getLocalPort());
            System.in.read(); // Also ends when the test's process has ended.
        }
    }
}
