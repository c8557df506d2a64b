// Points drawn by WebGL 2: all of them in one call, 200,000 as well as 200.

/** @import { Points } from "./types" */
/** @import { Camera } from "./camera.js" */

const VERTEX = `#version 300 es
layout(location = 0) in float x;
layout(location = 1) in float y;
layout(location = 2) in vec4 given;
uniform vec2 centre;
uniform vec2 scale;
uniform float size;
out vec4 colour;
void main() {
  colour = given;
  vec2 place = (vec2(x, y) - centre) * scale;
  gl_Position = vec4(place.x, -place.y, 0.0, given.a > 0.0 ? 1.0 : 0.0);
  gl_PointSize = size;
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 colour;
out vec4 drawn;
void main() {
  float from = length(gl_PointCoord - 0.5);
  float alpha = colour.a * (1.0 - smoothstep(0.4, 0.5, from));
  if (alpha <= 0.0) discard;
  drawn = vec4(colour.rgb * alpha, alpha);
}`;

/** What draws on a canvas; null where there is no WebGL 2.
 *  @param {HTMLCanvasElement} canvas */
export function webglPainter(canvas) {
  const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true });
  if (!gl) return null;
  const program = programOf(gl);
  if (!program) return null;
  const buffers = [0, 1, 2].map(() => gl.createBuffer());
  const [centre, scale, size] = ["centre", "scale", "size"].map((name) =>
    gl.getUniformLocation(program, name),
  );
  let count = 0;
  gl.useProgram(program);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  buffers.forEach((buffer, at) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(at);
    if (at < 2) gl.vertexAttribPointer(at, 1, gl.FLOAT, false, 0, 0);
    else gl.vertexAttribPointer(at, 4, gl.UNSIGNED_BYTE, true, 0, 0);
  });
  /** @param {number} at @param {ArrayBufferView<ArrayBuffer>} values */
  const fill = (at, values) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers[at]);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  };
  return {
    name: "webgl",
    /** @param {Points} points */
    put(points) {
      count = points.count;
      fill(0, points.x);
      fill(1, points.y);
    },
    /** @param {Uint8Array<ArrayBuffer>} colours red, green, blue, alpha of each point */
    paint: (colours) => fill(2, colours),
    /** @param {Camera} camera @param {number} ratio @param {number} radius */
    draw(camera, ratio, radius) {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform2f(centre, camera.x, camera.y);
      gl.uniform2f(scale, (2 * camera.scale) / camera.width, (2 * camera.scale) / camera.height);
      gl.uniform1f(size, 2 * radius * ratio);
      if (count) gl.drawArrays(gl.POINTS, 0, count);
    },
  };
}

/** @param {WebGL2RenderingContext} gl */
function programOf(gl) {
  const program = gl.createProgram();
  for (const [type, source] of /** @type {[number, string][]} */ ([
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ])) {
    const shader = gl.createShader(type);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
}
