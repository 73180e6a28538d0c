using Cilium.Framework.Cli;

return await CommandLine.RunAsync(args);
