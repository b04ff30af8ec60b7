/** How inputs, activations and optimizers are written in a formula. */

const FEATURES: Readonly<Record<string, string>> = {
  x1: "x_1",
  x2: "x_2",
  x1_squared: "x_1^2",
  x2_squared: "x_2^2",
  x1_x2: "x_1x_2",
  sin_x1: "\\sin x_1",
  sin_x2: "\\sin x_2",
  cos_x1: "\\cos x_1",
  cos_x2: "\\cos x_2",
};

/** A feature by its name, a neuron of the layer before by its number from 1. */
export function inputTex(name: string): string {
  const unit = /:(\d+)$/.exec(name)?.[1];
  return unit === undefined ? (FEATURES[name] ?? `\\text{${name}}`) : `a_{${Number(unit) + 1}}`;
}

const FUNCTIONS: Readonly<Record<string, readonly [string, string]>> = {
  tanh: ["\\tanh", "1-a^2"],
  sigmoid: ["\\sigma", "a(1-a)"],
  relu: ["\\operatorname{ReLU}", "[z>0]"],
  softmax: ["\\operatorname{softmax}", ""],
  leakyrelu: ["\\operatorname{LeakyReLU}", "f'(z)"],
  elu: ["\\operatorname{ELU}", "f'(z)"],
  gelu: ["\\operatorname{GELU}", "f'(z)"],
  silu: ["\\operatorname{SiLU}", "f'(z)"],
  bentidentity: ["\\operatorname{bent}", "f'(z)"],
  sine: ["\\sin", "\\cos z"],
  mish: ["\\operatorname{mish}", "f'(z)"],
  softplus: ["\\operatorname{softplus}", "\\sigma(z)"],
};

export function isIdentity(activation: string): boolean {
  return activation === "linear" || activation === "identity";
}

/** The function with its argument; the argument alone where nothing is done to it. */
export function applied(activation: string, argument: string): string {
  if (isIdentity(activation)) return argument;
  const name = FUNCTIONS[activation]?.[0] ?? `\\operatorname{${activation.replace(/\W/g, "")}}`;
  return `${name}(${argument})`;
}

/** Its derivative, as far as it is written by a itself. */
export function slopeTex(activation: string): string {
  return isIdentity(activation) ? "1" : (FUNCTIONS[activation]?.[1] ?? "f'(z)");
}

/** The rule by which an optimizer turns the gradient g into a step. */
const RULES: Readonly<Record<string, string>> = {
  adam: "w_j \\leftarrow w_j - \\eta\\,\\frac{\\hat m_j}{\\sqrt{\\hat v_j}+\\varepsilon}",
  adamw:
    "w_j \\leftarrow (1-\\eta\\lambda)\\,w_j - \\eta\\,\\frac{\\hat m_j}{\\sqrt{\\hat v_j}+\\varepsilon}",
  rmsprop: "w_j \\leftarrow w_j - \\eta\\,\\frac{g_j}{\\sqrt{v_j}+\\varepsilon}",
  adagrad: "w_j \\leftarrow w_j - \\eta\\,\\frac{g_j}{\\sqrt{\\sum g_j^2}+\\varepsilon}",
  adadelta:
    "w_j \\leftarrow w_j - \\eta\\,\\frac{\\sqrt{u_j+\\varepsilon}}{\\sqrt{v_j+\\varepsilon}}\\,g_j",
};

export function ruleTex(optimizer: string, momentum: number): string {
  if (optimizer === "sgd" && momentum > 0) {
    return "v_j \\leftarrow \\mu v_j + g_j,\\quad w_j \\leftarrow w_j - \\eta\\,v_j";
  }
  return RULES[optimizer] ?? "w_j \\leftarrow w_j - \\eta\\,g_j";
}
