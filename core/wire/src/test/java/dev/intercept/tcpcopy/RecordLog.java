package dev.intercept.tcpcopy;

import java.util.ArrayList;
import java.util.List;

/** Writes down what a decoder says, one line a call. */
final class RecordLog implements ClientRecords {

    final List<String> lines = new ArrayList<>();

    @Override
    public void opened(TunnelFormat format) {
        lines.add("opened " + format.generation());
    }

    @Override
    public void add(int clientAddress, int clientPort, int targetAddress, int targetPort) {
        lines.add(line("add", clientAddress, clientPort, targetAddress, targetPort));
    }

    @Override
    public void delete(int clientAddress, int clientPort, int targetAddress, int targetPort) {
        lines.add(line("delete", clientAddress, clientPort, targetAddress, targetPort));
    }

    static String line(String what, int clientAddress, int clientPort, int targetAddress, int targetPort) {
        return what + " " + dotted(clientAddress) + ":" + clientPort + " " + dotted(targetAddress) + ":" + targetPort;
    }

    private static String dotted(int address) {
        return (address >>> 24) + "." + (address >> 16 & 0xff) + "." + (address >> 8 & 0xff) + "." + (address & 0xff);
    }
}
