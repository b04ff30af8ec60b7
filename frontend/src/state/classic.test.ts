import { describe, expect, it } from "vitest";

import { isClassicHash, readClassic, seedOf } from "./classic";
import { routeOf } from "./router.svelte";

const SITE = "https://playground.tensorflow.org/";
/** The end that most links share, by the value of each feature and of the problem. */
const DEFAULT =
  "#activation=tanh&batchSize=10&dataset=circle&regDataset=reg-plane&learningRate=0.03" +
  "&regularizationRate=0&noise=0&networkShape=4,2&seed=0.45454&showTestData=false" +
  "&discretize=false&percTrainData=50&x=true&y=true&xTimesY=false&xSquared=false&ySquared=false" +
  "&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false&problem=classification" +
  "&initZero=false&hideText=false";

function read(link: string) {
  const found = readClassic(link);
  if (found === null) throw new Error("this is no classic link");
  const { dataset, model, task, loss, optimizer, training, seed, data_seed } = found.experiment;
  const { batch_size, l1, l2 } = training;
  return {
    ...found,
    said: { dataset, model, task: task.name, loss: loss.name, optimizer, seed, data_seed },
    training: { batch_size, l1, l2 },
  };
}

describe("readClassic", () => {
  it("reads the link that a fresh classic playground writes", () => {
    const { said, training, options, notice } = read(SITE + DEFAULT);
    expect(said).toEqual({
      dataset: { name: "circle", params: { samples: 500, noise: 0, train_share: 0.5 } },
      model: {
        name: "mlp",
        params: {
          features: ["x1", "x2"],
          layers: [4, 2],
          activation: "tanh",
          initialisation: "uniform",
        },
      },
      task: "classification",
      loss: "squared",
      optimizer: { name: "sgd", params: { learning_rate: 0.03 } },
      seed: 45454,
      data_seed: 45454,
    });
    expect(training).toEqual({ batch_size: 10, l1: 0, l2: 0 });
    expect(options).toEqual({ hide: null, test: false, discretize: false, text: true });
    expect(notice).toBe(
      "The experiment of a classic link, with points and first weights drawn anew.",
    );
  });

  it("reads five features, one layer and a spiral", () => {
    const { said } = read(
      SITE +
        "#activation=tanh&batchSize=10&dataset=spiral&regDataset=reg-plane&learningRate=0.03&regularizationRate=0&noise=0&networkShape=8&seed=0.14370&showTestData=false&discretize=false&percTrainData=50&x=true&y=true&xTimesY=true&xSquared=true&ySquared=true&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false&problem=classification&initZero=false&hideText=false",
    );
    expect(said.model.params["features"]).toEqual([
      "x1",
      "x2",
      "x1_squared",
      "x2_squared",
      "x1_x2",
    ]);
    expect(said.model.params["layers"]).toEqual([8]);
    expect([said.dataset.name, said.seed]).toEqual(["spiral", 14370]);
  });

  it("reads L2 as half the sum of squares, as the classic takes its derivative", () => {
    const { training, said } = read(
      "http://playground.tensorflow.org/#activation=tanh&regularization=L2&batchSize=10&dataset=circle&regDataset=reg-plane&learningRate=0.001&regularizationRate=0.1&noise=0&networkShape=1&seed=0.23623&showTestData=false&discretize=false&percTrainData=80&x=false&y=false&xTimesY=true&xSquared=true&ySquared=true&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false&problem=classification&initZero=false&hideText=false",
    );
    expect(training).toEqual({ batch_size: 10, l1: 0, l2: 0.1 });
    expect(said.dataset.params["train_share"]).toBe(0.8);
    expect(said.model.params["features"]).toEqual(["x1_squared", "x2_squared", "x1_x2"]);
    expect(said.optimizer.params).toEqual({ learning_rate: 0.001 });
  });

  it("reads a deep network of rectifiers on a noisy regression", () => {
    const { said, training } = read(
      SITE +
        "#activation=relu&regularization=L2&batchSize=30&dataset=spiral&regDataset=reg-plane&learningRate=0.01&regularizationRate=0&noise=20&networkShape=8,8,8,4&seed=0.64266&showTestData=false&discretize=false&percTrainData=50&x=true&y=true&xTimesY=false&xSquared=false&ySquared=false&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false&problem=regression&initZero=false&hideText=false&batchSize_hide=false&dataset_hide=false",
    );
    expect(said.task).toBe("regression");
    expect(said.dataset).toEqual({
      name: "plane",
      params: { samples: 1200, noise: 0.2, train_share: 0.5 },
    });
    expect(said.model.params).toMatchObject({ layers: [8, 8, 8, 4], activation: "relu" });
    expect(training.batch_size).toBe(30);
  });

  it("reads a regression on several gaussians", () => {
    const { said } = read(
      SITE +
        "#activation=tanh&batchSize=15&dataset=circle&regDataset=reg-gauss&learningRate=0.03&regularizationRate=0&noise=20&networkShape=4,2,3&seed=0.89345&showTestData=false&discretize=false&percTrainData=80&x=true&y=true&xTimesY=true&xSquared=false&ySquared=false&cosX=false&sinX=true&cosY=false&sinY=false&collectStats=false&problem=regression&initZero=false&hideText=false",
    );
    expect(said.dataset.name).toBe("multi_gauss");
    expect(said.model.params["features"]).toEqual(["x1", "x2", "x1_x2", "sin_x1"]);
  });

  it("reads linear regression without hidden layers, with controls hidden", () => {
    const { said, options } = read(
      SITE +
        "#activation=tanh&batchSize=10&dataset=circle&regDataset=reg-plane&learningRate=0.03&regularizationRate=0&noise=25&networkShape=&seed=0.27079&showTestData=false&discretize=false&percTrainData=50&x=true&y=true&xTimesY=false&xSquared=false&ySquared=false&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false&problem=regression&initZero=false&hideText=false&showTestData_hide=false&activation_hide=true&noise_hide=false&discretize_hide=true&dataset_hide=true&batchSize_hide=true&percTrainData_hide=true&numHiddenLayers_hide=true&problem_hide=true",
    );
    expect(said.model.params["layers"]).toEqual([]);
    expect(options.hide).toEqual([
      "discretize",
      "activation",
      "problem",
      "dataset",
      "train_share",
      "batch_size",
      "layers",
    ]);
  });

  it("reads a class's link: decision only, most controls hidden", () => {
    const { said, options } = read(
      SITE +
        "#activation=sigmoid&batchSize=10&dataset=gauss&regDataset=reg-plane&learningRate=0.03&regularizationRate=0&noise=0&networkShape=1&seed=0.10587&showTestData=false&discretize=true&percTrainData=50&x=true&y=true&xTimesY=false&xSquared=false&ySquared=false&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false&problem=classification&initZero=false&hideText=false&discretize_hide=true&regularization_hide=true&learningRate_hide=true&regularizationRate_hide=true&percTrainData_hide=true&showTestData_hide=true&noise_hide=true&batchSize_hide=true",
    );
    expect(said.model.params).toMatchObject({ layers: [1], activation: "sigmoid" });
    expect(options.discretize).toBe(true);
    expect(options.hide).toHaveLength(8);
  });

  it("reads a link that says little, as short links of courses do", () => {
    const { said, options } = read(
      "/html/playground/index.html#dataset=gauss&networkShape=&showTestData_hide=true" +
        "&percTrainData_hide=true&playButton_hide=true&problem=classification&problem_hide=true",
    );
    expect(said.dataset).toEqual({
      name: "gauss",
      params: { samples: 500, noise: 0, train_share: 0.5 },
    });
    expect(said.seed).toBe(0);
    expect(options.hide).toEqual(["test", "run", "problem", "train_share"]);
  });

  it("reads a fork's sine", () => {
    const { said, notice } = read("https://dcato98.github.io/playground/#activation=sine");
    expect(said.model.params["activation"]).toBe("sine");
    expect(notice).not.toContain("is tanh here");
  });

  it("brings a link to our bounds and says so", () => {
    const { said, notice } = read(
      SITE +
        "#activation=tanh&batchSize=10&dataset=gauss&regDataset=reg-plane&learningRate=0.03&regularizationRate=0&noise=2000&networkShape=8,8,8,8,8,8,8,8,8,8&seed=0.78192&showTestData=false&discretize=false&percTrainData=50&x=true&y=true&xTimesY=false&xSquared=false&ySquared=false&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false&problem=classification&initZero=false&hideText=false",
    );
    expect(said.dataset.params["noise"]).toBe(0.5);
    expect(said.model.params["layers"]).toEqual(Array(8).fill(8));
    expect(notice).toContain("Noise 2000 is 50 here.");
    expect(notice).toContain("The network has 8 of its 10 hidden layers.");
  });

  it("falls back where words mean nothing, and says so once", () => {
    const { said, notice, training } = read(
      "#activation=Tanh&regularization=L3&batchSize=ten&dataset=three&learningRate=&seed=%E0%A4" +
        "&networkShape=4,x,0,2&x=false&y=false&nonsense=1&problem=__proto__&=&&initZero=1",
    );
    expect(said.dataset.name).toBe("circle");
    expect(said.model.params).toEqual({
      features: ["x1"],
      layers: [4, 2],
      activation: "tanh",
      initialisation: "zeros",
    });
    expect(training.batch_size).toBe(10);
    for (const word of ['"Tanh" is tanh', '"L3" is none', '"ten" is 10', '"three" is circle'])
      expect(notice).toContain(word);
    expect(notice).not.toContain("nonsense");
    expect(notice.split(".").filter((part) => part.includes("three"))).toHaveLength(1);
  });

  it("takes a hidden feature out, as the classic does", () => {
    const { said, options } = read("#x=true&y=true&y_hide=true&sinX=true&hideText=true");
    expect(said.model.params["features"]).toEqual(["x1", "sin_x1"]);
    expect(options.hide).toEqual(["x2"]);
    expect(options.text).toBe(false);
  });

  it("reads links that a page has escaped", () => {
    const link = SITE + DEFAULT.replaceAll("&", "&amp;").replace("4,2", "6%2C3");
    expect(read(link).said.model.params["layers"]).toEqual([6, 3]);
  });

  it("leaves other addresses alone", () => {
    for (const link of ["", "#", "#/", "#/s/ab12?test=1", "#/x/1abc", "#foo=1", "https://a.b/c"])
      expect(readClassic(link)).toBeNull();
  });
});

it("knows a classic hash as a route of its own", () => {
  expect(isClassicHash(DEFAULT)).toBe(true);
  expect(routeOf(DEFAULT)).toEqual({ page: "classic", hash: DEFAULT });
});

it("makes whole numbers of seeds", () => {
  expect([seedOf("0.00814"), seedOf(""), seedOf(".5")]).toEqual([814, 0, 5]);
  expect(seedOf("hello")).toBe(seedOf("hello"));
  expect(seedOf("hello")).not.toBe(seedOf("hallo"));
  expect(seedOf("hello")).toBeLessThan(2 ** 31);
});
