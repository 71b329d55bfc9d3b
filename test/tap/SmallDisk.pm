# A disk of a few megabytes for a test that fills it: use SmallDisk megabytes => N, before all other modules.
#
# It is a tmpfs in a mount namespace that the test and the servers it starts have for themselves, so nobody has to be
# root, and it is gone with the last of them. To get there the test is begun anew in a user namespace of its own.
# Where the machine does not allow that, the test is skipped, and says why.
package SmallDisk;

use strict;
use warnings;

use Exporter;
use File::Path qw(make_path);
use File::Temp qw(tempdir);

our @EXPORT = qw(disk fill_disk free_disk);

sub import
{
	my ($class, %options) = @_;
	begin_anew($options{megabytes}) unless $ENV{PERF_MGMT_SMALL_DISK};
	@_ = ($class);
	goto &Exporter::import;
}

sub begin_anew
{
	my ($megabytes) = @_;
	my $parent = $ENV{TESTDATADIR} || '/tmp';
	make_path($parent);
	my $folder = tempdir('disk_XXXX', DIR => $parent);
	# Only a root of a namespace may mount, and the server does not run as root: so a second namespace lies in the
	# first, in which the user is who he was.
	my ($group) = split ' ', $);
	my @inner  = ('unshare', '--user', "--map-user=$>", "--map-group=$group");
	my @outer  = ('unshare', '--user', '--map-root-user', '--mount');
	my $mount  = "mount -t tmpfs -o size=${megabytes}m,mode=700 perf_mgmt_test '$folder'";
	my $answer = qx(@outer sh -c "$mount && exec @inner touch '$folder/file'" 2>&1);
	if ($?)
	{
		rmdir $folder;
		$answer =~ s/\s+/ /g;
		print "1..0 # SKIP no small disk can be mounted here: $answer\n";
		exit 0;
	}
	$ENV{PERF_MGMT_SMALL_DISK} = $folder;
	$ENV{PERL5LIB} = join ':', @INC;
	exec @outer, 'sh', '-c', "$mount && exec \"\$@\"", 'sh', @inner, $^X, $0 or die "could not begin anew: $!";
}

# Where the disk is mounted.
sub disk { return $ENV{PERF_MGMT_SMALL_DISK}; }

# Fills the disk to the last byte with a file of that name.
sub fill_disk
{
	my ($name) = @_;
	open(my $file, '>:raw', disk() . "/$name") or die "could not open $name: $!";
	foreach my $bytes (65536, 4096, 1)
	{
		my $block = 'x' x $bytes;
		while (1)
		{
			my $written = syswrite($file, $block);
			last unless defined $written && $written == $bytes;
		}
	}
	close($file);
	return;
}

sub free_disk
{
	my ($name) = @_;
	unlink(disk() . "/$name") or die "could not remove $name: $!";
	return;
}

1;
