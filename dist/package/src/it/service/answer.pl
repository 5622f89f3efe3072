# A tcpcopy 1.x announces a client, whose SYN is then answered by a server here, behind a rule for port 8080: the answer must come to
# tcpcopy, and must not come to the client. The addresses 10.77.0.3 and 10.78.0.1 are this machine's.
#
#   perl answer.pl CLIENT_PORT [served]        "served" where another program serves the port
use strict;
use warnings;
use IO::Socket::INET;

my ($port, $served) = @ARGV;
$SIG{ALRM} = sub { die "no answer came to tcpcopy\n" };
alarm 60;
my $server = $served
  || IO::Socket::INET->new(LocalAddr => "10.77.0.3", LocalPort => 8080, Listen => 1, ReuseAddr => 1)
  || die "server: $!";
my $tcpcopy = IO::Socket::INET->new("127.0.0.1:36524") or die "tcpcopy: $!";
syswrite $tcpcopy, pack("H28", "0000000000000006000000000000") . pack("N n n N n", 0x0a4e0001, $port, 1, 0x0a4d0003, 8080);
my $client = IO::Socket::INET->new(LocalAddr => "10.78.0.1", LocalPort => $port, Proto => "tcp", Blocking => 0,
  PeerAddr => "10.77.0.3", PeerPort => 8080);
my $bytes = "";
while (length $bytes < 66) {
  sysread $tcpcopy, $bytes, 66, length $bytes or die "tcpcopy: closed\n";
}
my ($count, $source, $destination, $from, $to, $flags) = unpack "n x12 N N n n x9 C", $bytes;
printf "%d header: %08x:%d > %08x:%d flags %02x\n", $count, $source, $from, $destination, $to, $flags;
die "not the SYN/ACK\n" unless $count == 1 && $source == 0x0a4d0003 && $from == 8080
  && $destination == 0x0a4e0001 && $to == $port && $flags == 0x12;
# Had the answer reached the client too, it would be connected.
die "the answer escaped\n" if $client && $client->connected;
