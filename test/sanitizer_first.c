/*
 * To be preloaded with AddressSanitizer's runtime: wakes it before any other library is initialised.
 *
 * Otherwise the first malloc does, and where the server is linked with libgpg-error that one is inside of
 * bindtextdomain(): the runtime then asks for symbols that are not there, the message about that is to be
 * translated, and the lock of the translations, which bindtextdomain() holds, is left in a state in which
 * the next one waits for ever. Linked with -z initfirst, which only one library of a process may be.
 */
#include <stdlib.h>

void *volatile sanitizer_woken;

__attribute__((constructor)) static void wake_sanitizer(void) {
  sanitizer_woken = malloc(1);
  free(sanitizer_woken);
}
