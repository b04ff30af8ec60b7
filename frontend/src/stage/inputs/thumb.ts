/** Small pictures as image files, so that they stand in the page like any other and cost no frame. */

import { tableOf } from "../../draw/color";
import { fillMap, fillRgb, type Raster } from "../../draw/raster";

/** Return a picture as a PNG in a data URL: paper to ink where it is grey, else as it is. */
export function pictureUrl(raster: Raster, dark: boolean): string {
  const canvas = document.createElement("canvas");
  canvas.width = raster.width;
  canvas.height = raster.height;
  const context = canvas.getContext("2d");
  if (context === null) return "";
  const image = context.createImageData(raster.width, raster.height);
  const words = new Uint32Array(image.data.buffer);
  if (raster.channels === 3) fillRgb(words, raster.levels);
  else fillMap(words, raster.levels, tableOf("pixels", dark));
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** Makes each picture once, as long as it stays the same. */
export class Thumbs {
  private readonly made = new Map<number, { raster: Raster; dark: boolean; url: string }>();

  /** The picture that lies in a place now. */
  url(place: number, raster: Raster, dark: boolean): string {
    const known = this.made.get(place);
    if (known !== undefined && known.dark === dark && isSame(known.raster, raster)) {
      return known.url;
    }
    const url = pictureUrl(raster, dark);
    this.made.set(place, { raster, dark, url });
    return url;
  }
}

function isSame(one: Raster, other: Raster): boolean {
  if (one.levels.length !== other.levels.length || one.width !== other.width) return false;
  for (let at = 0; at < one.levels.length; at += 1) {
    if (one.levels[at] !== other.levels[at]) return false;
  }
  return true;
}
