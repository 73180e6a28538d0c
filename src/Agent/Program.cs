using Cilium.Framework.Agent.Commands;

return await CommandLine.RunAsync(args);
