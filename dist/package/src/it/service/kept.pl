# A tcpcopy 1.x that announces a client again and again, whose SYN a server here answers behind a rule for port 8080: each answer must
# come to tcpcopy, in order, over the one connection, however the service is started anew meanwhile. Runs until SIGTERM.
#
#   perl kept.pl CLIENT_PORT COUNT_FILE      with the addresses and the server of answer.pl; the count is of answers that came
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Socket;

my ($port, $file) = @ARGV;
my ($sent, $came, $over) = (0, -1, 0);
$SIG{TERM} = sub { $over = 1 };
my $tcpcopy = IO::Socket::INET->new("127.0.0.1:36524") or die "tcpcopy: $!";
syswrite $tcpcopy, pack("H28", "0000000000000006000000000000") . pack("N n n N n", 0x0a4e0001, $port, 1, 0x0a4d0003, 8080);
socket(my $raw, AF_INET, SOCK_RAW, 255) or die "raw: $!";

sub answer {
  my $number = shift;
  my $ip = pack "C C n n n C C n N N", 0x45, 0, 40, 0, 0, 64, 6, 0, 0x0a4d0003, 0x0a4e0001;
  my $tcp = pack "n n N N C C n n n", 8080, $port, $number, 1, 0x50, 0x10, 1000, 0, 0;
  send $raw, $ip . $tcp, 0, pack_sockaddr_in(0, inet_aton("10.78.0.1")) or die "send: $!";
}

sub count {
  open my $out, ">", "$file.new" or die "$file: $!";
  print $out "$came\n";
  close $out;
  rename "$file.new", $file;
}

my $readable = IO::Select->new($tcpcopy);
my $bytes = "";
my $patience = 0;
while (!$over || $came < $sent) {
  # Number 0 until it comes: the route may be under way still.
  $sent++ if $came >= 0 && !$over;
  answer($sent) unless $over;
  my @ready = $readable->can_read(0.005);
  $patience = @ready || !$over ? 0 : $patience + 1;
  die "the answers from " . ($came + 1) . " to $sent did not come\n" if $patience > 4000;
  next unless @ready;
  my $read = sysread $tcpcopy, $bytes, 65536, length $bytes;
  die "the tunnel was closed\n" unless $read;
  while (length $bytes >= 2 && length $bytes >= 2 + 64 * unpack("n", $bytes)) {
    for my $i (0 .. unpack("n", $bytes) - 1) {
      my $number = unpack "N", substr $bytes, 2 + 64 * $i + 24, 4;
      next if $number == 0 && $came == 0;
      die "answer $number after $came\n" if $number != $came + 1;
      $came = $number;
    }
    $bytes = substr $bytes, 2 + 64 * unpack("n", $bytes);
  }
  count() if $came > 0;
}
count();
print "$came answers came, all\n";
