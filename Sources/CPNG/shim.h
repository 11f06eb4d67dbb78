// Reading through libpng's full interface, and zlib for what PNGs hold in packed texts.
//
// libpng's simplified interface needs no C code, but it is a colour-managed one: it takes 16-bit samples for
// linear light, honours gAMA, and multiplies colour by alpha on the way. What models are trained on is the
// stored samples, so the full interface is needed, and that one reports errors with longjmp, which may not
// cross Swift frames. These functions hold the whole of it: nothing of libpng's control flow is seen outside.

#ifndef CPNG_SHIM_H
#define CPNG_SHIM_H

#include <png.h>
#include <setjmp.h>
#include <stddef.h>
#include <string.h>
#include <zlib.h>

/// One PNG in memory while it is read. Set `bytes` and `count`, the rest to zero.
typedef struct {
  const unsigned char *bytes;
  size_t count;
  /// How far libpng has read: the place of an error.
  size_t offset;
  /// libpng's own words for what was wrong.
  char message[128];
  /// The header as the file has it.
  png_uint_32 width, height;
  int depth, color_type;
  /// Samples of a pixel after the conversions of `cpng_open`: 1, 3 or 4.
  int channels;
  /// Bytes of a sample after them: 2 for grey of 16 bits, the high byte first, else 1.
  int sample_bytes;
  png_structp png;
  png_infop info;
} cpng_reader;

static void cpng_fail(png_structp png, png_const_charp message) {
  cpng_reader *reader = (cpng_reader *)png_get_error_ptr(png);
  strncpy(reader->message, message, sizeof(reader->message) - 1);
  longjmp(png_jmpbuf(png), 1);
}

static void cpng_ignore_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void cpng_take(png_structp png, png_bytep destination, size_t count) {
  cpng_reader *reader = (cpng_reader *)png_get_io_ptr(png);
  if (reader->count - reader->offset < count) {
    reader->offset = reader->count;
    png_error(png, "the file ends early");
  }
  memcpy(destination, reader->bytes + reader->offset, count);
  reader->offset += count;
}

/// Bytes of a row.
static inline size_t cpng_stride(const cpng_reader *reader) {
  return (size_t)reader->width * (size_t)reader->channels * (size_t)reader->sample_bytes;
}

/// Gives back what libpng holds; may be called at any time and more than once.
static inline void cpng_close(cpng_reader *reader) {
  if (reader->png != NULL) png_destroy_read_struct(&reader->png, &reader->info, NULL);
  reader->png = NULL;
  reader->info = NULL;
}

/// Reads up to the first pixel and asks for samples that are easy to take: no gamma and no compositing, palette
/// indices of a byte each, 1 to 4-bit grey spread over 0...255, 16-bit grey as it is, of other 16-bit samples the high
/// byte, and grey with alpha as RGBA. tRNS and the palette's colours are left to the caller. Neither side may be longer
/// than `longest_side`.
///
/// Returns 1, or 0 with `message` and `offset` set.
static inline int cpng_open(cpng_reader *reader, png_uint_32 longest_side) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, cpng_fail, cpng_ignore_warning);
  reader->png = png;
  png_infop info = png == NULL ? NULL : png_create_info_struct(png);
  reader->info = info;
  if (info == NULL) {
    strncpy(reader->message, "libpng could not be started", sizeof(reader->message) - 1);
    return 0;
  }
  if (setjmp(png_jmpbuf(png))) return 0;

  png_set_read_fn(png, reader, cpng_take);
  // A damaged chunk is an error wherever it stands; text and colour profiles are not even unpacked.
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_user_limits(png, longest_side, longest_side);

  png_read_info(png, info);
  reader->width = png_get_image_width(png, info);
  reader->height = png_get_image_height(png, info);
  reader->depth = png_get_bit_depth(png, info);
  reader->color_type = png_get_color_type(png, info);

  int is_grey16 = reader->color_type == PNG_COLOR_TYPE_GRAY && reader->depth == 16;
  reader->sample_bytes = is_grey16 ? 2 : 1;
  if (reader->color_type == PNG_COLOR_TYPE_PALETTE) png_set_packing(png);
  if (reader->color_type == PNG_COLOR_TYPE_GRAY && reader->depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (reader->depth == 16 && !is_grey16) png_set_strip_16(png);
  if (reader->color_type == PNG_COLOR_TYPE_GRAY_ALPHA) png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  reader->channels = png_get_channels(png, info);
  if (png_get_rowbytes(png, info) != cpng_stride(reader)) {
    png_error(png, "a row is not made of the samples that were asked for");
  }
  return 1;
}

/// Reads all pixels of an opened PNG into `samples`, which holds width x height x channels samples, and the
/// chunks after them.
///
/// Returns 1, or 0 with `message` and `offset` set.
static inline int cpng_read(cpng_reader *reader, unsigned char *samples) {
  png_structp png = reader->png;
  if (setjmp(png_jmpbuf(png))) return 0;

  size_t stride = cpng_stride(reader);
  int passes = png_get_interlace_type(png, reader->info) == PNG_INTERLACE_NONE ? 1 : PNG_INTERLACE_ADAM7_PASSES;
  for (int pass = 0; pass < passes; pass++) {
    for (size_t row = 0; row < reader->height; row++) {
      png_read_row(png, samples + row * stride, NULL);
    }
  }
  png_read_end(png, NULL);
  return 1;
}

#endif
