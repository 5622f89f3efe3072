package dev.intercept.monitor;

import com.google.common.net.InetAddresses;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.intercept.capture.StoppedPacket;
import java.util.List;

/** The latest packets that were stopped, which a packet capture on the target may not see: as JSON, and the JSON as people read it. */
final class StoppedReport {

    /** As tcpdump(8) writes them, from FIN on. */
    private static final String FLAGS = "FSRP.UEW";

    private StoppedReport() {}

    /** Members of each: from, to, flags, payloadBytes, fate, agoS. */
    static JsonArray json(List<StoppedPacket> packets, int nowS) {
        JsonArray array = new JsonArray();
        for (StoppedPacket packet : packets) {
            JsonObject object = new JsonObject();
            object.addProperty("from", end(packet.sourceAddress(), packet.sourcePort()));
            object.addProperty("to", end(packet.destinationAddress(), packet.destinationPort()));
            object.addProperty("flags", flags(packet.flags()));
            object.addProperty("payloadBytes", packet.payloadBytes());
            object.addProperty("fate", packet.fate().label());
            object.addProperty("agoS", nowS - packet.atS());
            array.add(object);
        }
        return array;
    }

    private static String end(int address, int port) {
        return InetAddresses.fromInteger(address).getHostAddress() + ":" + port;
    }

    private static String flags(int flags) {
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < FLAGS.length(); bit++) {
            if ((flags & 1 << bit) != 0) {
                text.append(FLAGS.charAt(bit));
            }
        }
        return text.isEmpty() ? "none" : text.toString();
    }

    /** A line for each. */
    static String text(JsonArray packets) {
        StringBuilder text = new StringBuilder();
        for (JsonElement element : packets) {
            JsonObject packet = element.getAsJsonObject();
            text.append("stopped ").append(packet.get("from").getAsString());
            text.append(" > ").append(packet.get("to").getAsString());
            text.append(", flags [").append(packet.get("flags").getAsString());
            text.append("], ").append(packet.get("payloadBytes").getAsInt()).append(" bytes of data: ");
            text.append(packet.get("fate").getAsString());
            text.append(", ").append(packet.get("agoS").getAsInt()).append(" s ago\n");
        }
        return text.toString();
    }
}
