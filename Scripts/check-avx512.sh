#!/bin/sh
# The byte contract on a processor with AVX-512, for machines that have none: compiles the engine's kernels for x86-64-v4,
# runs them in an emulated computer (Bochs, with Debian's or Ubuntu's Linux), and compares the digest of all they compute
# with that of this machine. Takes about a minute.
#
# Needs x86-64 Linux with Swift, and apt-get for the emulator, a boot loader and a kernel; installs the first two if they
# are missing, and loads the kernel into a temporary folder.
set -eu
cd "$(dirname "$0")/.."
. Scripts/kernel-digest.sh

if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  say "This check needs Linux on x86-64."
  exit 1
fi

folder=$(mktemp -d)
trap 'cat "$folder"/*.pid 2>/dev/null | xargs -r kill -KILL 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

compile_digest "$folder/native" -lm
expected=$("$folder/native")
printf '%-10s %s\n' x86_64 "$expected"

# Statically linked: it is all that runs on the emulated computer.
compile_digest "$folder/v4.o" -Xcc -march=x86-64-v4 -enable-experimental-feature Embedded -c
link_static "$folder/v4" "$folder/v4.o"

has_tools() {
  for tool in bochs genisoimage cpio script; do command -v "$tool" >/dev/null 2>&1 || return 1; done
  for file in /usr/share/bochs/BIOS-bochs-latest /usr/share/bochs/VGABIOS-lgpl-latest /usr/lib/ISOLINUX/isolinux.bin \
    /usr/lib/syslinux/modules/bios/ldlinux.c32 /usr/lib/*/bochs/plugins/libbx_term_gui.so; do
    [ -e "$file" ] || return 1
  done
}

# load_kernel: Debian's or Ubuntu's for virtual machines, unpacked and not installed
load_kernel() {
  for name in linux-image-cloud-amd64 linux-image-virtual; do
    kernel=$(apt-cache depends "$name" 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    [ -n "$kernel" ] || continue
    (cd "$folder" && apt-get download "$kernel" >/dev/null 2>&1 && dpkg-deb -x "$kernel"_*.deb kernel) && return
  done
  return 1
}

# emulate: the digest that the emulated computer prints
emulate() {
  has_tools || install_packages bochs bochsbios bochs-term vgabios isolinux syslinux-common genisoimage cpio bsdutils
  # The lists of packages may be missing or old.
  load_kernel || { as_root apt-get update >&2 && load_kernel; } || {
    say "apt-get could not load a Linux for virtual machines."
    exit 1
  }

  # A disc with the boot loader, Linux, and the digest's program as the first and only process.
  mkdir -p "$folder/root" "$folder/disc/isolinux"
  cp "$folder/v4" "$folder/root/init"
  (cd "$folder/root" && echo init | cpio --create --format newc --quiet | gzip) >"$folder/disc/initrd.gz"
  cp "$folder"/kernel/boot/vmlinuz-* "$folder/disc/vmlinuz"
  cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$folder/disc/isolinux/"
  # Bochs states the size of the compacted state of its registers wrong, so Linux must not ask for it (321, 323).
  cat >"$folder/disc/isolinux/isolinux.cfg" <<END
default linux
label linux
  kernel /vmlinuz
  append initrd=/initrd.gz console=ttyS0 quiet panic=0 mitigations=off tsc=reliable no_timer_check clearcpuid=321,323
END
  genisoimage -quiet -R -o "$folder/disc.iso" -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot \
    -boot-load-size 4 -boot-info-table "$folder/disc"
  cat >"$folder/bochsrc" <<END
config_interface: textconfig
display_library: term
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model=corei7_skylake_x, count=1, ips=200000000
memory: guest=512, host=512
ata0: enabled=1
ata0-master: type=cdrom, path="$folder/disc.iso", status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev="$folder/serial.txt"
clock: sync=none
log: "$folder/bochs.txt"
END
  # The emulator draws its screen, so it needs a terminal, and it begins in its debugger. When the program ends, Linux stops
  # with a panic.
  echo continue >"$folder/commands"
  : >"$folder/serial.txt"
  run="echo \$\$ >'$folder/bochs.pid'; exec bochs -q -f '$folder/bochsrc' -rc '$folder/commands'"
  SHELL=/bin/sh TERM=xterm script --quiet --command "$run" /dev/null >"$folder/screen.txt" 2>&1 </dev/null &
  emulator=$!
  echo "$emulator" >"$folder/script.pid"
  say "Starting a computer with AVX-512 in the emulator."
  seconds=0
  until grep -q 'Kernel panic' "$folder/serial.txt"; do
    if [ "$seconds" -ge 900 ] || ! kill -0 "$emulator" 2>/dev/null; then
      say "The emulated computer did not get to the digest. Its last lines:"
      tail -n 5 "$folder/serial.txt" "$folder/bochs.txt" "$folder/screen.txt" >&2
      exit 1
    fi
    sleep 1
    seconds=$((seconds + 1))
  done
  grep -oE '^[0-9a-f]{16}' "$folder/serial.txt" || true
}

# shellcheck disable=SC2086  # several words
if has_features $avx512; then
  digest=$("$folder/v4")
else
  digest=$(emulate)
fi
printf '%-10s %s\n' x86-64-v4 "$digest"
if [ "$digest" != "$expected" ]; then
  if [ -n "$digest" ]; then say "The digests differ."; else say "The program ended without a digest."; fi
  exit 1
fi
echo "The same bits with AVX-512."
