using Cilium.Framework.Operator;

// Not returned: a thread that a plugin left behind would keep the process.
Environment.Exit(await CommandLine.RunAsync(args));
