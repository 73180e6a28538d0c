using Cilium.Framework.Demo;

return await DemoCommand.RunAsync(args);
