"""Many runs: a study's file, its experiments, its plan, and the engines that train it; without Keras."""
