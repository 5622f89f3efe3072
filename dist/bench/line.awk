# One run's sums to one line of the table: microseconds a packet that tcpcopy got. The columns are named in run.sh.
{
  subject = $2; sent = $5; us = $6; sender_us = $7; lost = $8; idle_us = $9 * 1e6 / $18; softirq_us = $10 * 1e6 / $18
  whole_us = $11 * $17 - idle_us; cpu_us = $12 / 1000; user = $13; system_ticks = $14; client_us = $15 / 1000
  handled = $19
  if (subject ~ /^(nflog|ebpf)/) lost = sent - handled # No queue's counters know what they lost.
  packets = handled > 0 ? handled : 1
  ticks = user + system_ticks > 0 ? user + system_ticks : 1
  printf "%d\t%s\t%s\t%s\t%.0f\t%.0f\t%d\t", $1, subject, $3, $4, sent / us * 1e6, handled / us * 1e6, lost
  printf "%.2f\t%.2f\t%.2f\t", cpu_us / packets, cpu_us / packets * user / ticks, cpu_us / packets * system_ticks / ticks
  printf "%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t", whole_us / packets, sender_us / packets, client_us / packets,
    (whole_us - cpu_us - sender_us - client_us) / packets, softirq_us / packets
  printf "%d\t%d\t%d\t%d\t%.1f\t%d\t%d\t%d\t%.0f\n", $22, $23, $24, $25, $26 / 1000, $28, $29, $30, $16 / 1024
}
