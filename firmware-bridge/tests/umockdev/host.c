/* USB devices for an unmodified libusb, without a kernel that has USB.
 *
 * Runs under umockdev-wrapper. Its argument is a file with a line for each device:
 *
 *     PORT ADDRESS SERIAL DESCRIPTORS REPORT_DESCRIPTOR
 *
 * in hexadecimal, "-" for none. Then it takes commands on standard input, a line each:
 *
 *     run PROGRAM ARG...     starts a program that sees the devices, in place of the last one
 *     kill                   kills it with SIGKILL
 *     term                   asks it with SIGTERM to end
 *     send PORT EP HEX       the device sends this, in packets of the endpoint's size
 *     clear PORT             what it would have sent is forgotten
 *     fail PORT N ERRNO      its Nth request from now fails; ENODEV lasts until `mend`
 *     unplug PORT            it is gone until `mend`
 *     claim PORT ERRNO       claiming its interfaces fails; 0 works again
 *     refuse PORT            it stalls every control request; `mend` ends that
 *     mend PORT              everything works again
 *
 * and tells on standard output, in lines that begin with HOST, what the devices see.
 * Everything is answered by usbfs's own rules: a read that finds nothing stays pending.
 */
#include <umockdev.h>

#include <sys/ioctl.h>

#include <linux/types.h>
#include <linux/usbdevice_fs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEVICES 8
#define LINE 65536

typedef struct {
  UMockdevIoctlData *urb, *buffer;
} Urb;

typedef struct {
  unsigned endpoint;
  size_t size;
  unsigned char bytes[4096];
} Packet;

typedef struct {
  char port[32];
  unsigned char report_descriptor[4096];
  size_t report_descriptor_size;
  GQueue packets, pending, done;
  unsigned packet_size[256]; /* by endpoint */
  unsigned taken; /* interfaces that a program has, a bit each */
  int claim_errno, fail_errno, refuses;
  long fail_in; /* so many requests until the one that fails; 0 for none */
  int is_gone;
} Device;

static Device devices[DEVICES];
static int device_count;
static GMutex lock;
static pid_t child = -1;

static void tell(const char *format, ...) {
  char line[LINE];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  /* One write a line, since the program writes to the same pipe. */
  if (write(1, line, strlen(line)) < 0) _exit(1);
}

static void to_hex(char *out, const unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size && i < 4096; i++) sprintf(out + 2 * i, "%02x", bytes[i]);
  out[2 * (size < 4096 ? size : 4096)] = 0;
}

static size_t from_hex(unsigned char *out, size_t room, const char *hex) {
  size_t size = 0;
  unsigned byte;
  while (size < room && sscanf(hex + 2 * size, "%2x", &byte) == 1) out[size++] = byte;
  return size;
}

/* What an ioctl's argument points at; NULL where the program ended in the middle of it. */
static void *seen(UMockdevIoctlData *arg, size_t size, UMockdevIoctlData **data) {
  *data = arg ? umockdev_ioctl_data_resolve(arg, 0, size, NULL) : NULL;
  return *data ? (*data)->data : NULL;
}

static struct usbdevfs_urb *of(Urb *u) { return (struct usbdevfs_urb *)u->urb->data; }

/* Gives a pending read what waits for it. A transfer ends with a packet that is not full, or when
 * there is no more room; until then it goes on. */
static void deliver(Device *device) {
  for (GList *at = device->pending.head; at;) {
    GList *next = at->next;
    Urb *u = at->data;
    struct usbdevfs_urb *x = of(u);
    for (GList *p = device->packets.head, *after; p; p = after) {
      Packet *packet = p->data;
      after = p->next;
      if (packet->endpoint != x->endpoint) continue;
      size_t room = x->buffer_length - x->actual_length;
      size_t size = packet->size < room ? packet->size : room;
      memcpy(u->buffer->data + x->actual_length, packet->bytes, size);
      x->actual_length += size;
      x->status = packet->size > room ? -EOVERFLOW : 0;
      int is_end = packet->size >= room || packet->size < device->packet_size[packet->endpoint & 255];
      g_queue_delete_link(&device->packets, p);
      g_free(packet);
      if (is_end) {
        g_queue_delete_link(&device->pending, at);
        g_queue_push_tail(&device->done, u);
        break;
      }
    }
    at = next;
  }
}

static void control(Device *device, Urb *u) {
  struct usbdevfs_urb *x = of(u);
  unsigned char *p = u->buffer->data;
  unsigned value = p[2] | p[3] << 8, index = p[4] | p[5] << 8, size = p[6] | p[7] << 8;
  x->status = 0;
  x->actual_length = 0;
  if (device->refuses) {
    x->status = -EPIPE;
  } else if (p[0] == 0x81 && p[1] == 6 && p[3] == 0x22 && device->report_descriptor_size) {
    size_t have = device->report_descriptor_size;
    x->actual_length = have < size ? have : size;
    memcpy(p + 8, device->report_descriptor, x->actual_length);
  } else if (p[0] & 0x80) {
    x->status = -EPIPE;
  } else {
    char hex[8200];
    to_hex(hex, p + 8, x->buffer_length - 8);
    tell("HOST %s control %02x %02x %04x %04x %s\n", device->port, p[0], p[1], value, index, hex);
    x->actual_length = x->buffer_length - 8;
  }
  g_queue_push_tail(&device->done, u);
}

static void empty(Device *device) {
  for (Packet *packet; (packet = g_queue_pop_head(&device->packets));) g_free(packet);
}

/* Whoever waits is told so. */
static void end_pending(Device *device, int status) {
  for (Urb *u; (u = g_queue_pop_head(&device->pending));) {
    of(u)->status = status;
    g_queue_push_tail(&device->done, u);
  }
}

/* The plug is pulled. What is in the device is lost with its power. */
static void unplug(Device *device) {
  device->is_gone = 1;
  empty(device);
  end_pending(device, -ESHUTDOWN);
}

/* What a request fails with, if it is the one that shall fail. */
static int failing(Device *device) {
  if (device->is_gone) return ENODEV;
  if (device->fail_in == 0 || --device->fail_in > 0) return 0;
  if (device->fail_errno == ENODEV) unplug(device);
  return device->fail_errno;
}

static int submit(Device *device, UMockdevIoctlData *arg) {
  int error = failing(device);
  if (error) return error;
  UMockdevIoctlData *urb, *buffer;
  struct usbdevfs_urb *x = seen(arg, sizeof *x, &urb);
  if (!x) return EIO;
  size_t at = G_STRUCT_OFFSET(struct usbdevfs_urb, buffer);
  buffer = umockdev_ioctl_data_resolve(urb, at, x->buffer_length, NULL);
  if (!buffer) return EIO;
  Urb *u = g_new0(Urb, 1);
  u->urb = urb;
  u->buffer = buffer;
  umockdev_ioctl_data_ref(u->urb);
  if (x->type == USBDEVFS_URB_TYPE_CONTROL) {
    control(device, u);
  } else if (x->endpoint & 0x80) {
    x->actual_length = 0;
    g_queue_push_tail(&device->pending, u);
    deliver(device);
    if (device->pending.length) tell("HOST %s waits\n", device->port);
  } else {
    char hex[8200];
    to_hex(hex, u->buffer->data, x->buffer_length);
    tell("HOST %s out %02x %s\n", device->port, x->endpoint, hex);
    x->status = 0;
    x->actual_length = x->buffer_length;
    g_queue_push_tail(&device->done, u);
  }
  return 0;
}

static int discard(Device *device) {
  Urb *u = g_queue_pop_head(&device->pending);
  if (!u) return EINVAL;
  of(u)->status = -ENOENT; /* what has come stands in actual_length */
  g_queue_push_tail(&device->done, u);
  return 0;
}

static int reap(Device *device, UMockdevIoctlData *arg) {
  Urb *u = g_queue_pop_head(&device->done);
  if (!u) return device->is_gone ? ENODEV : EAGAIN;
  UMockdevIoctlData *place;
  if (!seen(arg, sizeof(gpointer), &place)) return EIO;
  umockdev_ioctl_data_set_ptr(place, 0, u->urb);
  return 0;
}

static int claim(Device *device, unsigned interface) {
  if (device->claim_errno) return device->claim_errno;
  device->taken |= 1u << interface;
  return 0;
}

static int answered(Device *device, gulong request, UMockdevIoctlData *arg) {
  UMockdevIoctlData *data;
  switch (request) {
  case USBDEVFS_GET_CAPABILITIES: {
    guint32 *caps = seen(arg, sizeof *caps, &data);
    if (!caps) return EIO;
    *caps = USBDEVFS_CAP_BULK_SCATTER_GATHER | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
            USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
    return 0;
  }
  case USBDEVFS_GETDRIVER: {
    struct usbdevfs_getdriver *driver = seen(arg, sizeof *driver, &data);
    if (!driver) return EIO;
    strcpy(driver->driver, device->taken >> driver->interface & 1 ? "usbfs" : "usbhid");
    return 0;
  }
  case USBDEVFS_DISCONNECT_CLAIM: {
    struct usbdevfs_disconnect_claim *wanted = seen(arg, sizeof *wanted, &data);
    return wanted ? claim(device, wanted->interface) : EIO;
  }
  case USBDEVFS_CLAIMINTERFACE: {
    unsigned *interface = seen(arg, sizeof *interface, &data);
    return interface ? claim(device, *interface) : EIO;
  }
  case USBDEVFS_RELEASEINTERFACE: {
    unsigned *interface = seen(arg, sizeof *interface, &data);
    if (!interface) return EIO;
    device->taken &= ~(1u << *interface);
    end_pending(device, -ENOENT);
    tell("HOST %s released %u\n", device->port, *interface);
    return 0;
  }
  case USBDEVFS_IOCTL: return 0; /* the kernel's driver comes back */
  case USBDEVFS_CLEAR_HALT: return device->is_gone ? ENODEV : 0;
  case USBDEVFS_SUBMITURB: return submit(device, arg);
  case USBDEVFS_DISCARDURB: return discard(device);
  case USBDEVFS_REAPURB:
  case USBDEVFS_REAPURBNDELAY: return reap(device, arg);
  default: tell("HOST %s unknown ioctl %lx\n", device->port, request); return ENOTTY;
  }
}

static gboolean on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer data) {
  (void)base;
  gulong request = umockdev_ioctl_client_get_request(client);
  g_mutex_lock(&lock);
  int error = answered(data, request, umockdev_ioctl_client_get_arg(client));
  g_mutex_unlock(&lock);
  umockdev_ioctl_client_complete(client, error ? -1 : 0, error);
  return TRUE;
}

static Device *named(const char *port) {
  for (int i = 0; i < device_count; i++)
    if (!strcmp(devices[i].port, port)) return &devices[i];
  tell("HOST no device at %s\n", port);
  exit(1);
}

static void plug(UMockdevTestbed *testbed, char *line) {
  char port[32], serial[64];
  unsigned address;
  static char descriptors[LINE], report_descriptor[LINE];
  if (sscanf(line, "%31s %u %63s %65535s %65535s", port, &address, serial, descriptors,
             report_descriptor) != 5 || device_count == DEVICES)
    exit(2);
  Device *device = &devices[device_count++];
  strcpy(device->port, port);
  device->report_descriptor_size =
      from_hex(device->report_descriptor, sizeof device->report_descriptor, report_descriptor);
  unsigned char raw[4096];
  size_t raw_size = from_hex(raw, sizeof raw, descriptors);
  for (size_t d = 0; d + 5 < raw_size && raw[d]; d += raw[d])
    if (raw[d + 1] == 5) device->packet_size[raw[d + 2]] = raw[d + 4] | raw[d + 5] << 8;
  GString *text = g_string_new(NULL);
  g_string_printf(text,
                  "P: /devices/usb1/%s\nN: bus/usb/001/%03u\nE: SUBSYSTEM=usb\nE: DRIVER=usb\n"
                  "E: BUSNUM=001\nE: DEVNUM=%03u\nE: DEVNAME=/dev/bus/usb/001/%03u\n"
                  "E: DEVTYPE=usb_device\nA: bConfigurationValue=1\\n\nA: busnum=1\\n\n"
                  "A: devnum=%u\\n\nA: speed=480\\n\n",
                  port, address, address, address, address);
  if (strcmp(serial, "-")) g_string_append_printf(text, "A: serial=%s\\n\n", serial);
  g_string_append_printf(text, "H: descriptors=%s\n", descriptors);
  GError *error = NULL;
  char *node = g_strdup_printf("/dev/bus/usb/001/%03u", address);
  UMockdevIoctlBase *base = umockdev_ioctl_base_new();
  g_signal_connect(base, "handle-ioctl", G_CALLBACK(on_ioctl), device);
  if (!umockdev_testbed_add_from_string(testbed, text->str, &error) ||
      !umockdev_testbed_attach_ioctl(testbed, node, base, &error)) {
    tell("HOST %s\n", error->message);
    exit(1);
  }
}

static void forget(GQueue *urbs) {
  for (Urb *u; (u = g_queue_pop_head(urbs));) g_free(u);
}

/* Ends the program, if it has not ended by itself. What it had asked for is asked for no more. */
static void end_child(void) {
  if (child < 0) return;
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  child = -1;
  g_mutex_lock(&lock);
  for (int i = 0; i < device_count; i++) {
    forget(&devices[i].pending);
    forget(&devices[i].done);
    devices[i].taken = 0;
  }
  g_mutex_unlock(&lock);
}

/* Says when the program ends by itself. */
static gpointer wait_for(gpointer data) {
  pid_t pid = GPOINTER_TO_INT(data);
  siginfo_t info;
  while (waitid(P_PID, pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {}
  if (info.si_code == CLD_EXITED) tell("HOST exited %d\n", info.si_status);
  return NULL;
}

static void start_child(char *line) {
  end_child();
  char **args = g_strsplit(line, " ", -1);
  child = fork();
  if (!child) {
    int nothing = open("/dev/null", 0);
    dup2(nothing, 0);
    execv(args[0], args);
    _exit(127);
  }
  g_thread_unref(g_thread_new("wait", wait_for, GINT_TO_POINTER(child)));
  g_strfreev(args);
}

static void command(char *line) {
  char word[16], port[32];
  static char rest[LINE];
  long number = 0;
  int error = 0, at = 0;
  rest[0] = 0;
  line[strcspn(line, "\n")] = 0;
  sscanf(line, "%15s %n", word, &at);
  if (!strcmp(word, "run")) return start_child(line + at);
  if (!strcmp(word, "kill")) {
    end_child();
    return tell("HOST killed\n");
  }
  if (!strcmp(word, "term")) {
    kill(child, SIGTERM);
    return;
  }
  sscanf(line + at, "%31s", port);
  Device *device = named(port);
  g_mutex_lock(&lock);
  if (!strcmp(word, "send")) {
    unsigned endpoint = 0;
    unsigned char bytes[4096];
    sscanf(line + at, "%*s %x %65535s", &endpoint, rest);
    size_t size = from_hex(bytes, sizeof bytes, rest), room = device->packet_size[endpoint & 255];
    for (size_t sent = 0; sent < size && room; sent += room) {
      Packet *packet = g_new0(Packet, 1);
      packet->endpoint = endpoint;
      packet->size = size - sent < room ? size - sent : room;
      memcpy(packet->bytes, bytes + sent, packet->size);
      g_queue_push_tail(&device->packets, packet);
    }
    deliver(device);
  } else if (!strcmp(word, "clear")) {
    empty(device);
  } else if (!strcmp(word, "unplug")) {
    unplug(device);
  } else if (!strcmp(word, "fail")) {
    sscanf(line + at, "%*s %ld %d", &number, &error);
    device->fail_in = number;
    device->fail_errno = error;
  } else if (!strcmp(word, "claim")) {
    sscanf(line + at, "%*s %d", &device->claim_errno);
  } else if (!strcmp(word, "refuse")) {
    device->refuses = 1;
  } else if (!strcmp(word, "mend")) {
    device->is_gone = device->refuses = device->claim_errno = 0;
    device->fail_in = 0;
  }
  g_mutex_unlock(&lock);
}

int main(int argc, char **argv) {
  static char line[LINE * 2];
  UMockdevTestbed *testbed = umockdev_testbed_new();
  FILE *list = argc == 2 ? fopen(argv[1], "r") : NULL;
  if (!list) return 2;
  while (fgets(line, sizeof line, list)) plug(testbed, line);
  char *root = umockdev_testbed_get_root_dir(testbed);
  tell("HOST ready %s\n", root);
  while (fgets(line, sizeof line, stdin)) command(line);
  end_child();
  g_object_unref(testbed);
  return 0;
}
