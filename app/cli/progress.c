/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c -- see progress.h. */
#include "app/cli/progress.h"

#include "app/cli/value_text.h"
#include "base/civil.h"
#include "base/duration_text.h"
#include "os/os.h"

#include <stdio.h>
#include <unistd.h>

#define INTERVAL_NS (SX_SECOND_NS / 5)
#define LINE_MAX 160

/* a * b / c, for pace and rest: only the leading digits matter. */
static uint64_t scale(uint64_t a, uint64_t b, uint64_t c)
{
    double v = c ? (double)a * (double)b / (double)c : 0;
    return v < 1e18 ? (uint64_t)v : (uint64_t)1000000000000000000;
}

void sx_progress_put(struct sx_buf *out, const struct sx_progress_figures *figures)
{
    uint64_t done = figures->bytes_done, total = figures->bytes_total;
    uint64_t elapsed_ns = figures->elapsed_ns > 0 ? (uint64_t)figures->elapsed_ns : 0;
    sx_put_size(out, done);
    if (total) {
        sx_buf_put_text(out, " of ");
        sx_put_size(out, total);
        sx_buf_printf(out, " (%u %%)", (unsigned)scale(SX_MIN(done, total), 100, total));
    }
    if (figures->points) {
        sx_buf_put_text(out, ", ");
        sx_put_count(out, figures->points);
        sx_buf_put_text(out, " points");
    }
    if (figures->points && elapsed_ns) {
        sx_buf_put_text(out, ", ");
        sx_put_count(out, scale(figures->points, SX_SECOND_NS, elapsed_ns));
        sx_buf_put_text(out, " points/s");
    }
    if (done && done < total && elapsed_ns >= SX_SECOND_NS) {
        uint64_t left_s = scale(elapsed_ns, total - done, done) / SX_SECOND_NS;
        uint8_t text[SX_DURATION_TEXT_MAX];
        left_s = SX_MIN(left_s + 1, (uint64_t)999 * SX_DAY_S);
        sx_buf_put_text(out, ", ");
        sx_buf_put(out, text, sx_duration_write_go(text, (int64_t)left_s * SX_SECOND_NS));
        sx_buf_put_text(out, " left");
    }
}

void sx_progress_begin(struct sx_progress *progress)
{
    *progress = (struct sx_progress){.shown = isatty(STDERR_FILENO) == 1};
    progress->started_ns = sx_os_mono_ns(sx_os_posix());
    progress->next_ns = progress->started_ns + INTERVAL_NS;
}

int64_t sx_progress_elapsed_ns(const struct sx_progress *progress)
{
    return sx_os_mono_ns(sx_os_posix()) - progress->started_ns;
}

void sx_progress_show(struct sx_progress *progress, struct sx_progress_figures figures)
{
    if (!progress->shown)
        return;
    int64_t now_ns = sx_os_mono_ns(sx_os_posix());
    if (now_ns < progress->next_ns)
        return;
    progress->next_ns = now_ns + INTERVAL_NS;
    figures.elapsed_ns = now_ns - progress->started_ns;
    char storage[LINE_MAX];
    struct sx_buf line;
    sx_buf_init_fixed(&line, storage, sizeof storage - 1);
    sx_progress_put(&line, &figures);
    size_t width = line.len;
    while (line.len < progress->width && !line.failed)
        sx_buf_put_u8(&line, ' ');
    progress->width = width;
    (void)fprintf(stderr, "\r%.*s", (int)line.len, storage);
    (void)fflush(stderr);
}

void sx_progress_wipe(struct sx_progress *progress)
{
    if (progress->width)
        (void)fprintf(stderr, "\r%*s\r", (int)progress->width, "");
    progress->width = 0;
}
