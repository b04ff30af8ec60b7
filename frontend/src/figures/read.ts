/** Figures as they came over the wire, made ready for drawing. */

import type { BentGrid } from "../draw/mesh";
import type { NetworkColumn, NetworkPicture } from "../draw/network";
import type { PlaneMap } from "../draw/planemap";
import { levelsOf } from "../draw/raster";
import type { Cloud } from "../draw/scatter";
import type { Tile } from "../draw/tile";
import type { FrameData } from "../wire/frame";
import type {
  HeatmapFigure,
  Images,
  Mesh,
  NetworkFigure,
  NetworkLayer,
  ScatterFigure,
} from "../wire/protocol";

/** The pictures of a stack, each with its own range. */
export function tilesOf(images: Images, data: FrameData): Tile[] {
  const [count = 0, channels = 1, height = 1, width = 1] = images.values.shape;
  const values = data.array(images.values);
  const low = data.array(images.low);
  const high = data.array(images.high);
  const size = channels * height * width;
  return Array.from({ length: count }, (_, index) => ({
    raster: { levels: values.subarray(index * size, (index + 1) * size), channels, width, height },
    scale: images.scale,
    smooth: images.smooth,
    low: low[index] ?? 0,
    high: high[index] ?? 1,
  }));
}

export function cloudOf(figure: ScatterFigure, data: FrameData): Cloud {
  return {
    points: data.array(figure.points),
    dimensions: figure.points.shape[1] ?? 2,
    labels: data.array(figure.labels),
    heldOut: figure.held_out === null ? null : data.array(figure.held_out),
    values: figure.values === null ? null : data.array(figure.values),
    valueRange: figure.value_range,
  };
}

export function gridOf(mesh: Mesh, data: FrameData): BentGrid {
  return {
    points: data.array(mesh.points),
    values: data.array(mesh.values),
    labels: mesh.labels === null ? null : data.array(mesh.labels),
    rows: mesh.points.shape[0] ?? 0,
    columns: mesh.points.shape[1] ?? 0,
  };
}

function columnOf(layer: NetworkLayer, data: FrameData): NetworkColumn {
  return {
    path: layer.path,
    title: layer.title === "" ? layer.path : layer.title,
    kind: layer.kind,
    shape: layer.shape.join("×"),
    units: layer.units,
    shown: layer.shown,
    names: layer.names,
    tiles: layer.maps === null ? [] : tilesOf(layer.maps, data),
    values: layer.values === null ? null : data.array(layer.values),
    block: layer.block,
    opens: layer.opens,
  };
}

export function networkOf(figure: NetworkFigure, data: FrameData): NetworkPicture {
  return {
    columns: figure.layers.map((layer) => columnOf(layer, data)),
    links: figure.links.map((link) => ({
      source: link.source,
      target: link.target,
      skip: link.skip,
      weight: link.weight === null ? null : data.array(link.weight),
      bias: link.bias === null ? null : data.array(link.bias),
      weightName: link.weight_name,
      biasName: link.bias_name,
    })),
  };
}

/** Return a map of the plane, as it is painted and read. */
export function mapOf(figure: HeatmapFigure, data: FrameData): PlaneMap {
  const values = data.array(figure.values);
  const plain = figure.values.dtype === "u1";
  return {
    levels: plain ? values : levelsOf(values, figure.low, figure.high),
    rows: figure.values.shape[0] ?? 1,
    columns: figure.values.shape[1] ?? 1,
    scale: figure.scale,
    smooth: figure.smooth,
    low: figure.low,
    high: figure.high,
    labels: figure.labels === null ? null : data.array(figure.labels),
  };
}
