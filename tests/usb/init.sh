#!/bin/busybox sh
# The first program of the emulated machine. What is wanted of it comes line by line over the second
# serial port: a number and a command. Every line that the command prints goes back with its number
# before it, and `NUMBER=CODE` when it has ended. The first port is the kernel's.

lines() {
  while IFS= read -r line || [ -n "$line" ]; do
    echo "$1 $line"
  done
}

job() {
  # Each stream for itself, so that no line of one gets into a line of the other.
  mkfifo /tmp/$1.errors
  lines $1 </tmp/$1.errors &
  {
    sh -c "echo \$\$ >/tmp/$1.pid; $2"
    echo $? >/tmp/$1.code
  } </dev/null 2>/tmp/$1.errors | lines $1
  wait
  echo "$1=$(cat /tmp/$1.code)"
}

if [ "$1" = commands ]; then
  exec </dev/ttyS1 >/dev/ttyS1
  echo "ready $(cut -d' ' -f1 /proc/uptime)"
  # A child that ends while `read` reads would cost what was read: the job is nobody's child.
  while read -r number command; do
    (job "$number" "$command" &)
  done
  exit
fi

/bin/busybox --install -s /bin
export PATH=/bin HOME=/root TERM=dumb
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
ip link set lo up
exec </dev/ttyS0 >/dev/ttyS0 2>&1
while read -r module; do
  insmod $module || echo "no module $module"
done </modules/wanted
mount -t configfs none /sys/kernel/config
stty -F /dev/ttyS1 raw -echo
sh /init commands
poweroff -f
